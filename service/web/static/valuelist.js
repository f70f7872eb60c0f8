/** A list of values to choose from, the chosen ones on top: publishers, authors, languages. */

import { languageName, valuesOf } from "./conditions.js";
import { el, fill } from "./dom.js";

export const LISTS = [
  { name: "publisher", counts: "publishers", title: "Publisher" },
  { name: "author", counts: "authors", title: "Author" },
  { name: "language", counts: "languages", title: "Language" },
];

const SHOWN_FIRST = 6;
const SHOWN_MORE = 50;
const NARROWED_FROM = 10; // values; fewer are read faster than a part of a name is typed

/** How far a list was opened, and what was typed to narrow it, by its name: the next drawing of it begins there. */
const opened = new Map();
const narrowedTo = new Map();

/**
 * The list as a group of checkboxes; null where there is nothing to choose. `facets` is what /v1/facets counted,
 * `ask({name: [values]}, control)` asks for other values to be in force.
 */
export function valueList(list, facets, state, ask) {
  const chosen = valuesOf(state, list.name);
  const counts = new Map(facets[list.counts].map(({ value, count }) => [value, count]));
  const values = [...new Set([...chosen, ...counts.keys()])];
  if (!values.length || (list.name === "language" && values.length === 1 && !chosen.length)) return null;
  const choice = { list, chosen, counts, values, ask };
  const items = el("ul", { class: "filters-values", "aria-label": list.title });
  const more = el("button", { type: "button", class: "plain", "data-control": `more:${list.name}` });
  const show = () => showValues(choice, items, more);
  more.addEventListener("click", () => {
    const had = items.children.length;
    opened.set(list.name, had + SHOWN_MORE);
    show();
    items.children[had]?.querySelector("input").focus();
  });
  show();
  return el(
    "fieldset",
    { class: "filters-group", "data-list": list.name },
    el("legend", {}, list.title),
    values.length > NARROWED_FROM && narrower(list, show),
    items,
    more,
    rarer(list, facets.other[list.counts]),
  );
}

function showValues(choice, items, more) {
  const { list, chosen, values } = choice;
  const wanted = folded(narrowedTo.get(list.name) ?? "");
  const fitting = values.filter((value) => chosen.includes(value) || folded(nameOf(list, value)).includes(wanted));
  const shown = Math.max(opened.get(list.name) ?? SHOWN_FIRST, chosen.length);
  const rest = fitting.length - shown;
  fill(items, fitting.slice(0, shown).map((value) => item(choice, value)));
  if (!fitting.length) fill(items, el("li", { class: "filters-note" }, "None fits."));
  more.hidden = rest <= 0;
  fill(more, `Show ${Math.min(rest, SHOWN_MORE)} more`, el("span", { class: "unseen" }, ` ${list.counts}`));
}

function item({ list, chosen, counts, ask }, value) {
  const control = `${list.name}:${value}`;
  const toggle = (event) => {
    const others = chosen.filter((one) => one !== value);
    ask({ [list.name]: event.currentTarget.checked ? [...others, value] : others }, control);
  };
  const checked = chosen.includes(value);
  const box = el("input", { type: "checkbox", value, checked, "data-control": control, onchange: toggle });
  const count = counts.get(value); // none where a part of a name was asked for, which no article states
  const unit = el("span", { class: "unseen" }, count === 1 ? " article" : " articles");
  const said = count !== undefined && [count.toLocaleString("en"), unit];
  const name = el("span", { class: "filters-name", dir: "auto" }, nameOf(list, value));
  return el("li", {}, el("label", {}, box, name, el("span", { class: "filters-count" }, said)));
}

function narrower(list, show) {
  const type = (event) => {
    narrowedTo.set(list.name, event.currentTarget.value);
    show();
  };
  return el("input", {
    type: "search",
    class: "filters-narrow",
    value: narrowedTo.get(list.name) ?? "",
    placeholder: `Find among the ${list.counts}`,
    "aria-label": `Find among the ${list.counts}`,
    "data-control": `narrow:${list.name}`,
    autocomplete: "off",
    oninput: type,
  });
}

function rarer(list, other) {
  if (!other?.values) return null;
  const many = other.values.toLocaleString("en");
  return el("p", { class: "filters-note" }, `${many} rarer ${list.counts} are not listed.`);
}

const nameOf = (list, value) => (list.name === "language" ? languageName(value) : value);
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
