/** What a search is limited to: the conditions in force, each removable, and the panel where others are chosen. */

import { post } from "./api.js";
import { bodyOf, having, inForce, inWords, without } from "./conditions.js";
import { dateRange } from "./daterange.js";
import { el, fill } from "./dom.js";
import { LISTS, valueList } from "./valuelist.js";

const MOST_VALUES = 1_000; // as many as the service lists

/** What outlives a panel, which every search draws anew: whether it is open, the last counts, the control in use. */
const kept = { open: false, facets: null, control: null };
let asking = new AbortController();

/** The conditions in force, each with a button that removes it; hidden when there is none. */
export function activeFilters(state, change) {
  const active = inForce(state);
  const controls = active.map(([name, value]) => `chip:${name}:${value}`);
  const list = el("ul", { class: "chips", "aria-label": "Filters in force", hidden: active.length === 0 });
  const drop = (next, control) => {
    kept.control = control;
    change(next);
  };
  active.forEach(([name, value], at) => {
    const neighbour = controls[at + 1] ?? controls[at - 1] ?? "filters";
    const remove = () => drop(without(state, name, value), neighbour);
    list.append(el("li", {}, chip(inWords(name, value), controls[at], remove)));
  });
  if (active.length > 1) {
    const clear = { type: "button", class: "plain", onclick: () => drop(without(state), "filters") };
    list.append(el("li", {}, el("button", clear, "Remove all filters")));
  }
  refocus(list);
  return list;
}

function chip([kind, text], control, remove) {
  return el(
    "button",
    { type: "button", class: "chip", "data-control": control, onclick: remove },
    el("span", { class: "unseen" }, "Remove the filter "),
    el("span", { class: "chip-kind" }, kind, " "),
    el("span", { dir: "auto" }, text),
    el("span", { class: "chip-cross", "aria-hidden": "true" }, "×"),
  );
}

/**
 * What a search can be limited to, counted. `state` is the page's address; `change` is asked to show another. It fills
 * itself when the service has counted; until then it shows what was counted last.
 */
export function filterPanel(state, change) {
  const body = el("div", { class: "filters-body", id: "filters-body" });
  const panel = el("section", { class: "filters", "aria-label": "Filters" }, opener(state), body);
  panel.classList.toggle("open", kept.open);
  const ask = (values, control) => {
    kept.control = control;
    change(having(state, values));
  };
  if (kept.facets) draw(body, state, ask);
  refocus(panel);
  void count(body, state, ask);
  return panel;
}

/** On a narrow screen the panel is shut until it is asked for, so that results come first. */
function opener(state) {
  const active = inForce(state).length;
  const toggle = ({ currentTarget }) => {
    kept.open = currentTarget.closest(".filters").classList.toggle("open");
    currentTarget.setAttribute("aria-expanded", String(kept.open));
  };
  const disclosure = { "aria-expanded": String(kept.open), "aria-controls": "filters-body", onclick: toggle };
  const shown = active ? `Filters (${active})` : "Filters";
  return el("button", { type: "button", class: "filters-opener", "data-control": "filters", ...disclosure }, shown);
}

async function count(body, state, ask) {
  asking.abort();
  asking = new AbortController();
  body.setAttribute("aria-busy", "true");
  try {
    kept.facets = await counted(state, asking.signal);
    redraw(body, state, ask);
    body.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name === "AbortError") return;
    kept.facets = null;
    const said = el("p", { class: "filters-note" }, `There are no counts to choose from: ${error.message}`);
    fill(body, error.status !== 401 && said); // the search, too, is told what is wrong, and shows it as an alert
    body.removeAttribute("aria-busy");
  }
}

/**
 * What there is to choose from: {publisher, author, language, published, whole}, each what /v1/facets counted. A list's
 * own values limit the other lists, but not itself: else nothing could be added to them.
 */
async function counted(state, signal) {
  const asked = new Map();
  const facets = (...own) => {
    const body = { ...bodyOf(state, ...own), limit: MOST_VALUES };
    const same = JSON.stringify(body);
    if (!asked.has(same)) asked.set(same, post("/v1/facets", body, signal));
    return asked.get(same);
  };
  const groups = { whole: [], published: ["after", "before"] };
  for (const { name } of LISTS) groups[name] = [name];
  const names = Object.keys(groups);
  const found = await Promise.all(names.map((name) => facets(...groups[name])));
  return Object.fromEntries(names.map((name, at) => [name, found[at]]));
}

function draw(body, state, ask) {
  const { whole, published, ...lists } = kept.facets;
  const groups = LISTS.map((list) => valueList(list, lists[list.name], state, ask));
  fill(body, dateRange(published, state, ask), groups, el("p", { class: "filters-note" }, statement(whole.of)));
}

/** Draws over what somebody may be using: the control keeps the focus, and a field what was typed into it. */
function redraw(body, state, ask) {
  const held = body.contains(document.activeElement) ? document.activeElement : null;
  const typed = held?.tagName === "INPUT" && held.type !== "checkbox" ? held.value : null;
  draw(body, state, ask);
  const again = held && controlled(body, held.getAttribute("data-control"));
  if (!again) return refocus(body);
  if (typed !== null) again.value = typed;
  again.focus({ preventScroll: true });
}

function statement({ articles, candidates, limit }) {
  const counted = `${articles.toLocaleString("en")} article${articles === 1 ? "" : "s"}`;
  if (candidates === "all") return `Counts are exact, over all ${counted} that the filters leave.`;
  return `Counts are exact, over the ${counted} of the ${limit} best results.`;
}

const controlled = (within, control) => within.querySelector(`[data-control="${CSS.escape(control ?? "")}"]`);

/** Gives the focus back to the control that was used, once it is on the page again and nothing else has taken it. */
function refocus(within) {
  requestAnimationFrame(() => {
    if (kept.control === null || !within.isConnected) return;
    const free = document.activeElement === document.body || document.activeElement?.id === "main";
    const again = controlled(within, kept.control);
    if (free && !again?.checkVisibility()) return;
    kept.control = null;
    if (free) again.focus({ preventScroll: true });
  });
}
