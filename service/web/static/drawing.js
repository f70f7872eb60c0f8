/** Drawings: SVG elements, and boxes that are drawn for the width they have. */

import { present } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** As `el` in dom.js, for SVG. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...present(children));
  return element;
}

const widths = new Map();

/**
 * Calls `draw(width)` as soon as the box is on the page, and whenever its width changes. Scaling one drawing instead
 * would make its letters too small to read on a phone. A box of a kind (its class) that was drawn before is drawn at
 * once, for the same width: so one that takes another's place does not flicker.
 */
export function drawnToWidth(box, draw) {
  const kind = box.className;
  let drawn = 0;
  const drawFor = (width) => {
    if (width <= 0 || width === drawn) return;
    drawn = width;
    draw(width);
  };
  drawFor(widths.get(kind) ?? 0);
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width > 0) widths.set(kind, width);
    drawFor(width);
  }).observe(box);
  return box;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const MONTH_STEPS = [1, 2, 3, 6, ...STEPS.map((years) => 12 * years)];

/** The round number of years or months that lies between two labels when each of `count` needs `size` of `across`. */
export function labelStep(count, across, size, monthly = false) {
  return (monthly ? MONTH_STEPS : STEPS).find((step) => step >= (size * count) / across);
}
