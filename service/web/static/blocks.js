/**
 * An article's text as elements: every character of it, in order, but for the white space between blocks.
 *
 * Each block's element says in data-start and data-end which code points it holds, so that any place in the page is an
 * offset of the text, and any span of the text a place in the page.
 */

import { Text, el } from "./dom.js";

const MANY = 500; // blocks; of a longer text the browser lays out what is in sight
const WRAPPED_LINE = 45; // code points; shorter lines were broken on purpose (verse, lists, addresses)

/** What a reader sees of an article, and which words of it are marked. */
export class Reading {
  #text;
  #cited = [];
  #words = [];
  #rows = new Map(); // from a table row's element to the spans of its cells
  #page = null;

  constructor(article) {
    this.#text = new Text(article.text);
    this.blocks = article.blocks;
    this.elements = []; // of the blocks, in their order
    this.body = el("div", { class: article.blocks.length > MANY ? "text many" : "text", lang: article.language });
    this.body.append(...this.#grouped(article.blocks));
  }

  get length() {
    return this.#text.length;
  }

  slice(start, end) {
    return this.#text.slice(start, end);
  }

  /** Marks one span as cited: a <mark> in each block that it touches. The first of them, or null. */
  cite(span) {
    const before = this.#cited;
    this.#cited = span ? [span] : [];
    this.#paintWhere([...before, ...this.#cited]);
    const marks = [...this.body.querySelectorAll("mark.cited")];
    marks.at(0)?.classList.add("first");
    marks.at(-1)?.classList.add("last");
    marks.at(0)?.setAttribute("tabindex", "-1");
    for (const folded of marks.map((mark) => mark.closest("details")).filter(Boolean)) folded.open = true;
    return marks[0] ?? null;
  }

  /** Sets the words that a search matched apart, lightly. */
  match(spans) {
    const before = this.#words;
    this.#words = [...spans].sort((a, b) => a[0] - b[0]);
    this.#paintWhere([...before, ...spans]);
    this.cite(this.#cited[0]);
  }

  /** The element of the block that holds an offset, or of the one after it. */
  at(offset) {
    return this.elements[Math.min(this.#firstEndingAfter(offset), this.elements.length - 1)];
  }

  /** The span of the text that a Range covers, without white space at its ends; null where that is nothing. */
  spanOf(range) {
    const chosen = [this.#offsetOf(range.startContainer, range.startOffset, "start")];
    chosen.push(this.#offsetOf(range.endContainer, range.endOffset, "end"));
    const words = this.slice(...chosen);
    const start = chosen[0] + new Text(words).length - new Text(words.trimStart()).length;
    const end = start + new Text(words.trim()).length;
    return start < end ? [start, end] : null;
  }

  /** The offset of a place in the page; outside of every block, that of the nearest one within the range's side. */
  #offsetOf(node, offset, side) {
    const holder = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (holder && this.body.contains(holder)) {
      const before = new Range();
      before.setStart(holder, 0);
      before.setEnd(node, offset);
      const whole = before.toString();
      const split = side === "start" && /[\ud800-\udbff]$/.test(whole); // half a character brings its other half
      return Number(holder.dataset.start) + new Text(whole).length - (split ? 1 : 0);
    }
    const place = new Range();
    place.setStart(node, offset);
    const behind = firstWhere(this.elements, (element) => place.comparePoint(element, 0) >= 0);
    if (side === "start") return this.blocks[behind]?.start ?? this.length;
    return this.blocks[behind - 1]?.end ?? 0;
  }

  #firstEndingAfter(offset) {
    return firstWhere(this.blocks, (block) => block.end > offset);
  }

  /** The blocks' elements; what is not the article's own is folded, rows of a table that follow each other are one. */
  *#grouped(blocks) {
    for (let at = 0; at < blocks.length; ) {
      const alike = this.#runFrom(blocks, at);
      const elements = alike.map((block) => this.#element(block, alike));
      this.elements.push(...elements);
      if (alike[0].kind === "boilerplate") yield folded(elements);
      else if (elements[0].localName === "tr") yield table(elements);
      else yield* elements;
      at += alike.length;
    }
  }

  #runFrom(blocks, at) {
    const first = blocks[at];
    const cells = this.#cells(first);
    const same = (block) => (cells ? this.#cells(block)?.length === cells.length : block.kind === first.kind);
    let end = at + 1;
    if (cells || first.kind === "boilerplate") while (end < blocks.length && same(blocks[end])) end += 1;
    return cells && end - at < 2 ? [first] : blocks.slice(at, end);
  }

  #element(block, alike) {
    const given = { "data-start": block.start, "data-end": block.end, dir: "auto" };
    const page = block.page !== null && block.page !== this.#page;
    if (page) given["data-page"] = this.#page = block.page;
    const row = alike.length > 1 && block.kind === "paragraph";
    const name = row ? "tr" : { title: "h1", heading: `h${Math.min(6, block.level + 1)}` }[block.kind] ?? "p";
    if (!row && block.kind !== "boilerplate") given.class = this.#isBroken(block) ? "lines" : null;
    const element = el(name, given);
    if (row) this.#rows.set(element, this.#cells(block));
    this.#paint(element, block);
    return element;
  }

  /** The spans of a table row's cells, each with the tab behind it; null for what is no row. */
  #cells(block) {
    const text = this.#text.slice(block.start, block.end);
    if (block.kind !== "paragraph" || !text.includes("\t") || text.includes("\n")) return null;
    let at = block.start;
    return text.split(/(?<=\t)/).map((cell) => [at, (at += new Text(cell).length)]);
  }

  /** Whether a block's line breaks are its author's, not those of a file whose lines were wrapped at some width. */
  #isBroken(block) {
    const lines = this.#text.slice(block.start, block.end).split("\n");
    return lines.length > 1 && lines.slice(0, -1).some((line) => line.length < WRAPPED_LINE);
  }

  #paintWhere(spans) {
    const touched = new Set();
    for (const [start, end] of spans) {
      for (let at = this.#firstEndingAfter(start); this.blocks[at]?.start < end; at += 1) touched.add(at);
    }
    for (const at of touched) this.#paint(this.elements[at], this.blocks[at]);
  }

  #paint(element, { start, end }) {
    const cells = this.#rows.get(element);
    const nodes = cells ? cells.map((cell) => el("td", {}, this.#nodes(...cell))) : this.#nodes(start, end);
    element.replaceChildren(...nodes);
  }

  #nodes(from, to) {
    const [cited] = this.#cited;
    const start = Math.max(from, Math.min(to, cited?.[0] ?? to));
    const end = Math.max(start, Math.min(to, cited?.[1] ?? to));
    const mark = start < end ? [el("mark", { class: "cited" }, this.#matched(start, end))] : [];
    return [...this.#matched(from, start), ...mark, ...this.#matched(end, to)];
  }

  #matched(from, to) {
    const nodes = [];
    let at = from;
    for (const [start, end] of this.#words) {
      if (end <= at || start >= to) continue;
      const begin = Math.max(start, at);
      nodes.push(this.slice(at, begin), el("span", { class: "matched" }, this.slice(begin, Math.min(end, to))));
      at = Math.min(end, to);
    }
    return [...nodes, this.slice(at, to)].filter((node) => node !== "");
  }
}

/** Where the first item stands that a test holds for, in a list where it holds for all behind that one. */
function firstWhere(items, holds) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

const table = (rows) => el("div", { class: "table" }, el("table", {}, el("tbody", {}, rows)));

function folded(elements) {
  const lines = `${elements.length} line${elements.length === 1 ? "" : "s"} around the article`;
  const summary = el("summary", { title: "Kept in the text, never searched" }, lines);
  return el("details", { class: "furniture" }, summary, elements);
}
