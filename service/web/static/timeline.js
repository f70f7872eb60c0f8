/** The results on a line of time, each where it was published; a date known to its year only is a long mark. */

import { articleHref } from "./address.js";
import { days, later, ordinal, parse, spoken, write } from "./calendar.js";
import { el, fill } from "./dom.js";
import { drawnToWidth, labelStep, svg } from "./drawing.js";

const SIZE = 24; // pixels: room for a rank, and for a finger
const LANE = SIZE + 4;
const AXIS = 24;
const SIDE = 4;
const GAP = 2;
const BY_MONTH_TO = 3 * 366; // days
const LABEL = { year: 44, month: 66 }; // pixels
const DAY_MS = 86_400_000;

/** A figure of the dated hits; hidden when fewer than two are, which no line could compare. */
export function timeline(hits) {
  const dated = hits.filter(({ citation }) => parse(citation.published));
  if (dated.length < 2) return el("figure", { class: "timeline", hidden: true });
  const undated = hits.length - dated.length;
  const says = `${dated.length} results by date of publication${undated ? `; ${undated} more without a date` : ""}`;
  const box = el("div", { class: "timeline-box" });
  drawnToWidth(box, (width) => fill(box, new Line(dated, width).drawn()));
  return el("figure", { class: "timeline" }, el("figcaption", {}, says), box);
}

class Line {
  constructor(hits, width) {
    this.width = width;
    this.spans = hits.map((hit) => ({ hit, days: days(hit.citation.published) }));
    this.spans.sort((a, b) => a.days[0] - b.days[0] || a.hit.rank - b.hit.rank);
    this.first = this.spans[0].days[0];
    this.end = Math.max(...this.spans.map((span) => span.days[1]));
  }

  x(day) {
    const inset = SIDE + SIZE / 2;
    return inset + ((day - this.first) / (this.end - this.first)) * (this.width - 2 * inset);
  }

  drawn() {
    const { placed, lanes } = this.stacked();
    const ground = lanes * LANE;
    const height = ground + AXIS;
    const marks = placed.map(({ hit, left, width, lane }) => mark(hit, left, ground - (lane + 1) * LANE, width));
    const axis = svg("line", { class: "drawing-axis", x1: 0, x2: this.width, y1: ground + 0.5, y2: ground + 0.5 });
    const frame = { width: this.width, height, role: "list", "aria-label": "Results by date of publication" };
    return svg("svg", frame, axis, this.ticks(ground), marks);
  }

  /** Each mark in the lowest lane where it touches no other. */
  stacked() {
    const ends = [];
    const placed = this.spans.map(({ hit, days: [first, end] }) => {
      const exact = end - first === 1;
      const width = Math.max(SIZE, exact ? 0 : this.x(end) - this.x(first));
      const middle = this.x((first + end) / 2);
      const left = Math.min(Math.max(middle - width / 2, SIDE), this.width - SIDE - width);
      const free = ends.findIndex((taken) => taken + GAP <= left);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = left + width;
      return { hit, left, width, lane };
    });
    return { placed, lanes: ends.length };
  }

  /** Where years begin, or months when the line is short. */
  ticks(ground) {
    const monthly = this.end - this.first <= BY_MONTH_TO;
    const begin = new Date(this.first * DAY_MS);
    const starts = [];
    let at = write([begin.getUTCFullYear(), ...(monthly ? [begin.getUTCMonth() + 1] : [])]);
    for (; at !== null && days(at)[0] < this.end; at = later(at, 1)) starts.push(at);
    const size = monthly ? LABEL.month : LABEL.year;
    const every = labelStep(starts.length, this.width, size, monthly);
    const shown = starts.filter((start) => ordinal(start) % every === 0);
    return (shown.length ? shown : starts.slice(0, 1)).map((start) => {
      const x = this.x(Math.max(days(start)[0], this.first));
      const anchor = x < size / 2 ? "start" : x > this.width - size / 2 ? "end" : "middle";
      return [
        svg("line", { class: "drawing-axis", x1: x, x2: x, y1: ground, y2: ground + 5 }),
        svg("text", { class: "drawing-tick", x, y: ground + AXIS - 5, "text-anchor": anchor }, spoken(start)),
      ];
    });
  }
}

/** The mark of a hit: a link to where it stands among the results; opened in a new tab, to the article. */
function mark(hit, x, y, width) {
  const { citation, rank } = hit;
  const says = `${citation.title?.trim() || citation.article_id}, ${spoken(citation.published)}`;
  const number = { x: x + width / 2, y: y + SIZE / 2, dy: "0.36em", "text-anchor": "middle", "aria-hidden": "true" };
  const link = svg(
    "a",
    { href: articleHref(citation, location.search), "data-rank": rank, onclick: (event) => show(event, rank) },
    svg("title", {}, says),
    svg("rect", { class: "timeline-dot", x, y, width, height: SIZE, rx: SIZE / 2 }),
    svg("text", { class: "timeline-rank", ...number }, String(rank)),
  );
  link.setAttribute("aria-label", `Result ${rank}: ${says}`);
  return svg("g", { role: "listitem" }, link);
}

function show(event, rank) {
  const hit = document.getElementById(`hit-${rank}`);
  if (!hit || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  hit.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  hit.querySelector("a")?.focus({ preventScroll: true });
}
