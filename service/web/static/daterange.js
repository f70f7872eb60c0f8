/** When articles were published: the bars to drag over, and two fields for whoever knows the dates. */

import { barsOf } from "./bars.js";
import { beforeOf, days, parse, toOf, write } from "./calendar.js";
import { el, fill } from "./dom.js";
import { histogram } from "./histogram.js";

const FORMS = "2015, 2015-03 or 2015-03-14";

/** The group of the dates; null where no article has one and none is asked for. `ask` is as in valuelist.js. */
export function dateRange(facets, state, ask) {
  const chosen = { after: state.get("after") || null, before: state.get("before") || null };
  const bars = barsOf(facets.years, facets.months);
  if (!bars.length && !chosen.after && !chosen.before) return null;
  const reckoned = [chosen.after, chosen.before].every((value) => value === null || parse(value));
  const pick = (next) => ask(next, controlInUse());
  return el(
    "fieldset",
    { class: "filters-group", "data-list": "published" },
    el("legend", {}, "Published"),
    bars.length > 0 && reckoned && histogram(bars, chosen, pick),
    aside(facets, bars),
    fields(chosen, ask),
  );
}

const controlInUse = () => document.activeElement?.getAttribute("data-control") ?? null;

/** The articles that stand in no bar. */
function aside(facets, bars) {
  const drawn = bars.reduce((sum, { count }) => sum + count, 0);
  const dated = facets.years.reduce((sum, { count }) => sum + count, 0);
  const notes = [
    dated > drawn && `${(dated - drawn).toLocaleString("en")} dated to a year only`,
    facets.undated > 0 && `${facets.undated.toLocaleString("en")} without a date`,
  ].filter(Boolean);
  return notes.length > 0 && el("p", { class: "filters-note" }, `Not drawn: ${notes.join(", ")}.`);
}

/** From and to, both inclusive, as people mean them. They are asked for together, by Enter or the button. */
function fields(chosen, ask) {
  const to = chosen.before && parse(chosen.before) ? toOf(chosen.before) : chosen.before;
  const shown = { from: chosen.after ?? "", to: to ?? "" };
  const problem = el("p", { class: "filters-problem", id: "dates-problem", role: "alert" });
  const button = el("button", { type: "submit", hidden: true }, "Set the dates");
  const form = el("form", { class: "filters-dates" }, field("from", "From", shown), field("to", "To", shown), button);
  const typed = () => ({ from: form.elements.from.value.trim(), to: form.elements.to.value.trim() });
  const changed = ({ from, to }) => from !== shown.from || to !== shown.to;
  form.addEventListener("input", () => {
    button.hidden = !changed(typed());
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = misfit(typed());
    for (const name of ["from", "to"]) form.elements[name].setAttribute("aria-invalid", String(wrong?.name === name));
    fill(problem, wrong?.says);
    if (wrong) form.elements[wrong.name].focus();
    else if (changed(typed())) ask(limitsOf(typed()), controlInUse() ?? "date:to");
  });
  return [form, el("p", { class: "filters-note", id: "dates-forms" }, FORMS), problem];
}

function field(name, title, shown) {
  const input = el("input", {
    name,
    value: shown[name],
    placeholder: "Any",
    autocomplete: "off",
    inputmode: "numeric",
    maxlength: 10,
    "data-control": `date:${name}`,
    "aria-describedby": "dates-forms dates-problem",
  });
  return el("label", {}, el("span", {}, title), input);
}

/** What the service is asked for: the day after the last one meant is the first that is not. */
function limitsOf({ from, to }) {
  return { after: from ? write(parse(from)) : null, before: to ? beforeOf(to) : null };
}

function misfit(typed) {
  for (const name of ["from", "to"]) {
    if (typed[name] && !parse(typed[name])) return { name, says: `${typed[name]} is no date. Write ${FORMS}.` };
  }
  const { after, before } = limitsOf(typed);
  if (!after || !before || days(after)[0] < days(before)[0]) return null;
  return { name: "to", says: `${typed.to} ends before ${typed.from} begins.` };
}
