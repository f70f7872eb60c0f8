/** The article's other matches: a list in the order of the text, and a strip that shows where they lie. */

import { articleHref } from "./address.js";
import { Text, el, fill, marked } from "./dom.js";

const BEFORE = 50; // code points of an excerpt before its first highlight
const EXCERPT = 200;

/** The matches' rail. `jump(citation)` shows one; `show(span)` tells the rail which is shown. */
export function matchRail(hits, wanted, jump) {
  const inOrder = [...hits].sort((a, b) => a.citation.start - b.citation.start);
  const best = Math.max(...hits.map((hit) => hit.score));
  const rows = inOrder.map((hit) => row(hit, wanted.from, jump));
  const place = el("span", {});
  let current = -1;

  /** Shows the next match after the one shown, or after the place that is; round the end. */
  function step(by) {
    const { length } = inOrder;
    const from = Number.isInteger(current) ? current : by > 0 ? Math.floor(current) : Math.ceil(current);
    jump(inOrder[(((from + by) % length) + length) % length].citation);
  }

  function show(span) {
    const at = inOrder.findIndex(({ citation }) => citation.start === span?.[0] && citation.end === span?.[1]);
    const behind = inOrder.filter(({ citation }) => citation.start <= (span?.[0] ?? -1)).length;
    current = at < 0 ? behind - 0.5 : at; // between two matches where none is shown
    for (const link of rows) link.removeAttribute("aria-current");
    rows[at]?.setAttribute("aria-current", "true");
    if (at >= 0) list.scrollTop = rows[at].offsetTop - list.clientHeight / 3; // the page itself stays where it is
    const count = `${inOrder.length} match${inOrder.length === 1 ? "" : "es"}`;
    fill(place, at < 0 ? count : `Match ${at + 1} of ${inOrder.length}`);
  }

  const buttons = el(
    "span",
    { class: "match-steps" },
    stepButton("Previous match", "p", "↑", () => step(-1)),
    stepButton("Next match", "n", "↓", () => step(1)),
  );
  const list = el("ol", { class: "match-list" }, rows.map((link) => el("li", {}, link)));
  const strip = mapStrip(inOrder, best, jump);
  return { list, place, buttons, strip: strip.element, drawStrip: strip.draw, show, step, count: inOrder.length };
}

function stepButton(name, key, arrow, onclick) {
  return el("button", { type: "button", title: `${name} (${key})`, "aria-label": name, onclick }, arrow);
}

function row(hit, from, jump) {
  const { citation, highlights } = hit;
  const quote = new Text(citation.quote);
  const first = (highlights[0]?.[0] ?? citation.start) - citation.start;
  const start = first > BEFORE * 2 ? wordStart(quote, first - BEFORE) : 0;
  const end = Math.min(quote.length, start + EXCERPT);
  const inside = highlights.filter(([a, b]) => a >= citation.start + start && b <= citation.start + end);
  return el(
    "a",
    { href: articleHref(citation, from), onclick: (event) => followed(event, () => jump(citation)) },
    el(
      "span",
      { dir: "auto" },
      start > 0 ? "… " : null,
      marked(quote.slice(start, end), inside, citation.start + start),
      end < quote.length ? " …" : null,
    ),
  );
}

/** Jumps without leaving the article; a click that asks for another tab or window is the browser's. */
function followed(event, jump) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  jump();
}

function wordStart(text, at) {
  const from = Math.max(0, at);
  const space = text.slice(from, from + BEFORE).search(/\s/);
  return space < 0 ? from : from + new Text(text.slice(from, from + BEFORE).slice(0, space + 1)).length;
}

/** Where the matches lie in the whole text, and how much of it is in sight. For the eye; the list says it all. */
function mapStrip(hits, best, jump) {
  const ticks = hits.map((hit) => {
    const tick = el("button", { type: "button", tabindex: "-1", class: "tick", onclick: () => jump(hit.citation) });
    tick.style.setProperty("--strength", best > 0 ? Math.max(0.25, hit.score / best).toFixed(2) : "1");
    return tick;
  });
  const sight = el("div", { class: "in-sight" });
  const element = el("div", { class: "strip", "aria-hidden": "true" }, sight, ticks);

  /** Puts everything where the text's layout has it now. */
  function draw(reading) {
    const whole = reading.body.getBoundingClientRect();
    const share = (y) => Math.min(1, Math.max(0, (y - whole.top) / whole.height)).toFixed(4);
    hits.forEach(({ citation }, index) => {
      const boxAt = (offset) => reading.at(offset).getBoundingClientRect();
      const [first, last] = [boxAt(citation.start), boxAt(citation.end - 1)];
      ticks[index].style.setProperty("--from", share(first.top));
      ticks[index].style.setProperty("--to", share(last.bottom));
    });
    sight.style.setProperty("--from", share(0));
    sight.style.setProperty("--to", share(innerHeight));
  }

  return { element, draw };
}
