/** Long quotations begin folded: a few whole lines, where most of what was searched for stands. */

import { Text, el } from "./dom.js";

const LONG = 600; // code points; what is longer begins folded
const LINES = 6; // as the style sheet has it, too, until they are measured
const BEFORE = 2; // lines above the first mark, the upper of them faded

/**
 * A quote that is long as [quote, button to unfold it]. Folded, it is scrolled to where most of its marks are, as what
 * was searched for may stand far down in it; all of it is there.
 */
export function folded(whole) {
  if (new Text(whole.textContent).length <= LONG) return [whole];
  whole.classList.add("folded");
  new ResizeObserver(() => showMarks(whole)).observe(whole);
  const unfold = () => {
    const closed = whole.classList.toggle("folded");
    button.textContent = closed ? "Show the whole passage" : "Show less";
    button.setAttribute("aria-expanded", String(!closed));
    showMarks(whole);
  };
  const attributes = { type: "button", class: "plain unfold", "aria-expanded": "false", onclick: unfold };
  const button = el("button", attributes, "Show the whole passage");
  return [whole, button];
}

/** Folds to whole lines, as many of the marks in them as can be, and not in the line that fades at either end. */
function showMarks(whole) {
  const { lines, height, lineOf } = linesOf(whole);
  if (!lines.length) return; // it is not on the page
  const last = lines.length - 1;
  const endOf = (first) => lines.findLastIndex((middle) => middle - lines[first] <= (LINES - 0.5) * height);
  const lowest = lines.findIndex((_, first) => endOf(first) === last);
  const marks = [...whole.querySelectorAll("mark")].map(lineOf);
  const clear = (first) => {
    const [from, to] = [first && first + 1, endOf(first) === last ? last : endOf(first) - 1];
    return marks.filter((line) => line >= from && line <= to).length;
  };
  const places = [0, ...marks.map((line) => Math.min(Math.max(0, line - BEFORE), lowest))];
  const first = places.reduce((best, place) => (clear(place) > clear(best) ? place : best));
  const closed = whole.classList.contains("folded");
  whole.style.setProperty("--fold", `${lines[endOf(first)] - lines[first] + height}px`);
  whole.scrollTop = closed ? lines[first] - height / 2 : 0;
  whole.classList.toggle("cut-above", closed && first > 0);
  whole.classList.toggle("cut-below", closed && endOf(first) < last);
}

/** The middles of a quote's lines, in pixels from its top, how high a line is, and which line an element begins in. */
function linesOf(whole) {
  const height = parseFloat(getComputedStyle(whole).lineHeight);
  const top = whole.getBoundingClientRect().top - whole.scrollTop;
  const middleOf = (box) => (box.top + box.bottom) / 2 - top;
  const range = new Range();
  range.selectNodeContents(whole);
  const lines = [];
  for (const box of range.getClientRects()) {
    const isText = box.width > 0 && box.height > height / 2; // the gap between two paragraphs is lower
    if (isText && !(middleOf(box) - lines.at(-1) < height / 2)) lines.push(middleOf(box));
  }
  const lineOf = (element) => {
    const own = middleOf(element.getClientRects()[0]);
    return lines.findLastIndex((middle) => middle < own + height / 2);
  };
  return { lines, height, lineOf };
}
