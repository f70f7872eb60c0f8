/** Articles by date as bars, from which a range of dates is chosen: dragged, touched, or set with keys. */

import { days, later, ordinal, parse, spoken } from "./calendar.js";
import { el, fill } from "./dom.js";
import { drawnToWidth, labelStep, svg } from "./drawing.js";
import { listenToKeys, listenToPointer } from "./ranging.js";

const HEIGHT = 88;
const AXIS = 18;
const TOP = 6;
const SIDE = 12; // half a handle's width, so that the outermost are whole
const PLOT = HEIGHT - AXIS - TOP;
const LABEL = { year: 40, month: 62 }; // pixels

/**
 * The bars (of bars.js) as an element. `chosen` is {after, before}, the range in force, either of them null; `choose`
 * is told of a new one, in the same form. An end that was not touched stays what it was, even inside a bar.
 */
export function histogram(bars, chosen, choose) {
  return new Histogram(bars, chosen, choose).element;
}

class Histogram {
  constructor(bars, chosen, choose) {
    Object.assign(this, { bars, chosen, choose });
    this.last = bars.length - 1;
    this.range = this.inForce();
    this.said = el("span", { role: "status" });
    this.pointed = el("span", { "aria-hidden": "true" });
    this.box = el("div", { class: "histogram-box" });
    this.element = el("div", { class: "histogram" }, el("p", {}, this.said, this.pointed), this.box);
    this.say();
    drawnToWidth(this.box, (width) => this.draw(width));
  }

  /** [first, last]: the bars in force; null when no date is asked for. */
  inForce() {
    const { after, before } = this.chosen;
    if (!after && !before) return null;
    const from = after ? this.bars.findIndex((bar) => days(bar.to)[1] > days(after)[0]) : 0;
    const to = before ? this.bars.findLastIndex((bar) => days(bar.from)[0] < days(before)[0]) : this.last;
    const first = from < 0 ? this.last : from;
    return [first, Math.max(first, to)];
  }

  /** The bars that the handles stand at. */
  get ends() {
    return this.range ?? [0, this.last];
  }

  get step() {
    return (this.width - 2 * SIDE) / this.bars.length;
  }

  /** Where a bar begins; `edgeAt` is the reverse, with a fraction. */
  left(bar) {
    return SIDE + bar * this.step;
  }

  edgeAt(x) {
    return (x - SIDE) / this.step;
  }

  // --- drawing ---

  draw(width) {
    this.width = width;
    const focused = this.box.querySelector("[role=slider]:focus")?.dataset.end;
    this.shade = svg("rect", { class: "histogram-shade", y: TOP, height: PLOT });
    this.rects = this.drawnBars();
    this.handles = ["from", "to"].map((end, at) => this.handle(end, at));
    const ground = TOP + PLOT + 0.5;
    const axis = svg("line", { class: "drawing-axis", x1: SIDE, x2: width - SIDE, y1: ground, y2: ground });
    const frame = { width, height: HEIGHT, role: "group", "aria-label": this.summary() };
    this.drawing = svg("svg", frame, this.shade, this.rects, axis, this.labels(), this.handles);
    listenToPointer(this);
    fill(this.box, this.drawing);
    this.paint();
    if (focused) this.box.querySelector(`[data-end=${focused}]`).focus({ preventScroll: true });
  }

  drawnBars() {
    const most = Math.max(...this.bars.map(({ count }) => count), 1);
    const gap = Math.min(2, this.step / 5);
    return this.bars.map(({ from, count }, at) => {
      const height = count ? Math.max(2, (count / most) * PLOT) : 0;
      const place = { x: this.left(at) + gap / 2, y: TOP + PLOT - height, width: this.step - gap, height };
      return svg("rect", { class: "histogram-bar", "data-from": from, rx: Math.min(2, this.step / 4), ...place });
    });
  }

  labels() {
    const [monthly, size] = this.bars[0].from.length > 4 ? [true, LABEL.month] : [false, LABEL.year];
    const years = parse(this.bars.at(-1).to)[0] - parse(this.bars.at(-1).from)[0] + 1; // that a bar stands for
    const every = years * labelStep(this.bars.length, this.width - 2 * SIDE, size, monthly);
    const shown = this.bars.filter(({ from }) => ordinal(from) % every === 0);
    return (shown.length ? shown : this.bars.slice(0, 1)).map((bar) => {
      const middle = this.left(this.bars.indexOf(bar)) + this.step / 2;
      const x = Math.min(Math.max(middle, size / 2), this.width - size / 2);
      return svg("text", { class: "drawing-tick", x, y: HEIGHT - 4, "text-anchor": "middle" }, spoken(bar.from));
    });
  }

  handle(end, at) {
    const inwards = Math.min(6, this.step / 4); // else no range could begin at a slim outermost bar
    const reach = { x: at ? -inwards : -SIDE, width: SIDE + inwards, y: 0, height: HEIGHT - AXIS };
    const handle = svg(
      "g",
      { class: "histogram-handle", role: "slider", tabindex: 0, "data-end": end, "data-control": `histogram:${end}` },
      svg("rect", { class: "histogram-reach", ...reach }),
      svg("line", { class: "histogram-edge", x1: 0, x2: 0, y1: TOP, y2: TOP + PLOT }),
      svg("rect", { class: "histogram-grip", x: -4, y: TOP + PLOT / 2 - 10, width: 8, height: 20, rx: 4 }),
    );
    handle.setAttribute("aria-label", end === "from" ? "Published from" : "Published to");
    handle.setAttribute("aria-orientation", "horizontal");
    listenToKeys(this, handle, at);
    return handle;
  }

  /** Shows the range as it is now, in force or about to be. */
  paint() {
    const [from, to] = this.ends;
    this.box.classList.toggle("chosen", this.range !== null);
    this.rects.forEach((rect, at) => rect.classList.toggle("in", at >= from && at <= to));
    this.shade.setAttribute("x", this.left(from));
    this.shade.setAttribute("width", this.left(to + 1) - this.left(from));
    this.handles.forEach((handle, at) => {
      handle.setAttribute("transform", `translate(${this.left(at ? to + 1 : from)} 0)`);
      handle.setAttribute("aria-valuemin", at ? from : 0);
      handle.setAttribute("aria-valuemax", at ? this.last : to);
      handle.setAttribute("aria-valuenow", at ? to : from);
      handle.setAttribute("aria-valuetext", this.endText(at));
    });
    this.say();
  }

  // --- words ---

  say() {
    const text = this.rangeText();
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  rangeText() {
    if (!this.range) return "Any date";
    const [from, to] = [this.endText(0), this.endText(1)];
    const [openFrom, openTo] = [!this.chosen.after && this.stays(0), !this.chosen.before && this.stays(1)];
    if (openFrom !== openTo) return openFrom ? `To ${to}` : `From ${from}`;
    return from === to ? from : `${from} – ${to}`;
  }

  /** What a bar counts, for whoever points at it; null for none. */
  point(at) {
    const bar = at === null ? null : this.bars[at];
    const name = bar && (bar.from === bar.to ? spoken(bar.from) : `${spoken(bar.from)}–${spoken(bar.to)}`);
    this.pointed.textContent = bar ? `${name}: ${bar.count.toLocaleString("en")}` : "";
  }

  /** The date an end stands for: the one in force, which may be finer than a bar, until the end is moved. */
  endText(end) {
    const bar = this.bars[this.ends[end]];
    const { after, before } = this.stays(end) ? this.chosen : {};
    return spoken(end ? (before && later(before, -1)) ?? bar.to : after ?? bar.from);
  }

  stays(end) {
    return this.ends[end] === (this.inForce() ?? [0, this.last])[end];
  }

  summary() {
    const most = this.bars.reduce((best, bar) => (bar.count > best.count ? bar : best));
    const span = `${spoken(this.bars[0].from)} to ${spoken(this.bars[this.last].to)}`;
    return `Articles by date, ${span}, most in ${spoken(most.from)}: ${most.count.toLocaleString("en")}`;
  }

  // --- choosing ---

  /** Asks for the range that is shown unless it is in force. `whole`: both ends were named, moved or not. */
  settle({ whole = false } = {}) {
    if (!this.range || !this.element.isConnected) return;
    const moved = [0, 1].map((end) => whole || !this.stays(end));
    const named = { after: this.bars[this.range[0]].from, before: later(this.bars[this.range[1]].to, 1) };
    const [first, second] = moved.map((yes) => (yes ? named : this.chosen));
    const next = { after: first.after, before: second.before };
    const empty = next.after && next.before && days(next.after)[0] >= days(next.before)[0];
    if (empty) Object.assign(next, named); // the end that stays lies where no bar is
    if (next.after === this.chosen.after && next.before === this.chosen.before) return;
    this.chosen = next;
    this.choose(next);
  }
}
