/** The search view: what the address asks for, asked and shown. How results look is elsewhere (hits, answer). */

import { answerInto } from "./answering.js";
import { el, fill } from "./dom.js";
import { activeFilters, filterPanel } from "./filters.js";
import { hitItem } from "./hits.js";
import { counted, showHome } from "./home.js";
import { problemPanel } from "./keyform.js";
import { sourceInto } from "./like.js";
import { go, note } from "./main.js";
import { noteItems } from "./notes.js";
import { timeline } from "./timeline.js";
import { find, wantedAt } from "./wanted.js";

const PAGE = 10;
const MOST_AT_ONCE = 1000;
const THOUGHT_OVER = 500; // milliseconds without a key before the filters count anew for what is still being typed
const ASKED = 800; // and before it is taken for a question that is whole
const SLOW = 120; // milliseconds; what comes sooner is no reason to grey out what stands

let view = null;
let asking = new AbortController();

/**
 * Shows the search that the address holds, and ends when its passages are there: an answer takes longer. While somebody
 * is `typing`, only what is quick is done at once.
 */
export async function showSearch(root, { typing = false } = {}) {
  asking.abort(); // so that no answer to an earlier search can come after this one's
  asking = new AbortController();
  const { signal } = asking;
  const wanted = { ...wantedAt(location.search), typing };
  document.title = wanted.title;
  if (!wanted.query && !wanted.like) {
    view = null;
    return showHome(root, signal);
  }
  if (!view?.whole.isConnected) {
    view = frame();
    fill(root, view.whole);
  }
  const again = () => showSearch(root);
  const passages = showPassages(root, wanted, signal, again);
  drawControls(wanted, signal, passages);
  const pause = typing ? ASKED : 0;
  void answerInto(view.answer, wanted, { signal, pause, passages });
  await passages;
}

/** Ends what is asked for the search view, which another view has taken the place of. */
export function leaveSearch() {
  asking.abort();
}

// --- the frame ---

function frame() {
  const parts = {
    side: el("div", { class: "side" }),
    chips: el("div", { class: "in-force" }),
    source: el("div", { class: "source-place" }),
    answer: el("div", { class: "answer-place" }),
    title: el("h1", { class: "unseen" }),
    count: el("p", { class: "count", role: "status" }),
    group: el("div", { class: "grouping" }),
    time: el("details", { class: "when", hidden: true }),
    notes: el("ul", { class: "notes", "aria-label": "Notes on this search" }),
    problem: el("div"),
    list: el("ol", { class: "hits", "aria-labelledby": "passages-title" }),
    more: el("p", { class: "more" }),
    hits: [],
  };
  const title = el("h2", { class: "label", id: "passages-title" }, "Passages");
  parts.passages = el(
    "section",
    { class: "passages", "aria-labelledby": "passages-title" },
    el("header", { class: "passages-head" }, title, parts.count, parts.group),
    [parts.notes, parts.time, parts.problem, parts.list, parts.more],
  );
  const found = el("div", { class: "found" }, parts.title, parts.chips, parts.source, parts.answer, parts.passages);
  return { ...parts, whole: el("div", { class: "columns" }, parts.side, found) };
}

/** The filters beside the passages, and what stands above them. Where a search fails, there is nothing to filter. */
function drawControls(wanted, signal, passages) {
  const change = (state) => void go(state.size ? `/?${state}` : "/");
  const draw = async (waits) => {
    if (waits && !(await passages)) return;
    if (!signal.aborted) fill(view.side, filterPanel(wanted.state, change));
  };
  if (wanted.typing && view.side.firstChild) setTimeout(draw, THOUGHT_OVER, true);
  else void draw(false);
  fill(view.title, wanted.like ? "Passages like this one" : `Results for ${wanted.query}`);
  fill(view.chips, activeFilters(wanted.state, change));
  fill(view.group, wanted.query && groupToggle(wanted, change));
  if (wanted.like) void sourceInto(view.source, wanted.like, signal);
  else fill(view.source);
}

function groupToggle({ state, group }, change) {
  const toggled = (event) => {
    const next = new URLSearchParams(state);
    if (event.currentTarget.checked) next.set("group", "article");
    else next.delete("group");
    change(next);
  };
  const held = view.group.querySelector("input");
  const box = el("input", { type: "checkbox", checked: group === "article", onchange: toggled });
  if (held && held === document.activeElement) requestAnimationFrame(() => box.focus());
  return el("label", {}, box, "One passage per article");
}

// --- the passages ---

/** Shows the passages, and gives what was found; null where that failed or is no longer asked for. */
async function showPassages(root, wanted, signal, again) {
  const grey = setTimeout(() => view.passages.setAttribute("aria-busy", "true"), SLOW);
  if (view.hits.length === 0) fill(view.list, bones());
  const k = Math.min(history.state?.loaded ?? PAGE, MOST_AT_ONCE);
  try {
    const found = await find(wanted, k, null, signal);
    if (signal.aborted) return null;
    view.hits = found.hits;
    fill(view.problem);
    fill(view.list, found.hits.map(hitItem));
    fill(view.notes, noteItems(found.notes));
    drawAfter(found, wanted, signal, again);
    return found;
  } catch (problem) {
    if (signal.aborted) return null;
    view.hits = [];
    for (const part of [view.list, view.notes, view.count, view.more]) fill(part);
    if (!wanted.typing) fill(view.side); // it would tell the same problem
    view.time.hidden = true;
    if (problem.status === 401) {
      fill(root, problemPanel(problem, again)); // nothing else here can be shown either
      return null;
    }
    const unfinished = wanted.typing && problem.status === 400; // a quotation mark, say, with nothing behind it yet
    fill(view.count, unfinished && "…");
    const heading = problem.status === 400 ? "This cannot be searched for" : undefined;
    fill(view.problem, !unfinished && problemPanel(problem, again, heading));
    return null;
  } finally {
    clearTimeout(grey);
    if (!signal.aborted) view.passages.removeAttribute("aria-busy");
  }
}

/** The count, the way to more, and the line of time: what depends on all hits shown. */
function drawAfter(found, wanted, signal, again) {
  const things = wanted.group === "article" || wanted.like ? "article" : "passage";
  const shown = view.hits.length < found.total ? `${view.hits.length.toLocaleString("en")} of ` : "";
  const none = found.total === 0 ? "Nothing found" : `${shown}${counted(found.total, things)}, best first`;
  fill(view.count, `${none} · ${Math.max(1, Math.round(found.took_ms)).toLocaleString("en")} ms`);
  fill(view.more, found.next && moreButton(found, wanted, signal, again));
  if (found.total === 0) fill(view.list, el("li", { class: "nothing" }, nothing(wanted)));
  const line = timeline(view.hits);
  view.time.hidden = line.hidden;
  fill(view.time, el("summary", {}, "Timeline"), line);
}

function nothing({ limits }) {
  if (Object.keys(limits).length > 0) return "No passage meets the filters. Remove one to see more.";
  return "No passage holds these words. Fewer words, or none in quotation marks, find more.";
}

function moreButton(found, wanted, signal, again) {
  const load = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const next = await find(wanted, PAGE, found.next, signal);
      if (signal.aborted) return;
      view.hits = [...view.hits, ...next.hits];
      view.list.append(...next.hits.map(hitItem));
      note({ loaded: view.hits.length });
      drawAfter(next, wanted, signal, again);
      document.querySelector(`#hit-${next.hits[0].rank} h3 a`)?.focus({ preventScroll: true });
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.status !== 400) return void fill(view.more, problemPanel(problem, again));
      note({ loaded: view.hits.length + PAGE }); // the archive has changed since: what was shown may stand elsewhere
      again();
    }
  };
  return el("button", { type: "button", onclick: load }, `Show ${PAGE} more`);
}

function bones() {
  const lines = () => ["bone title", "bone", "bone"].map((name) => el("div", { class: name }));
  return [1, 2, 3].map(() => el("li", { class: "hit", "aria-hidden": "true" }, lines()));
}
