/** Elements, made of names, attributes and children. What an article says is text here, never markup. */

/**
 * An element. A string, even one from an article, becomes a text node; null and false are left out. An attribute whose
 * name begins with "on" is a listener; true stands for an attribute without a value, null and false for none.
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...present(children));
  return element;
}

/** Children without those that are left out, out of lists in lists. */
export function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Puts new children in the place of an element's old ones. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/**
 * The text between two offsets. Offsets everywhere count Unicode code points, as Python does; a JavaScript string
 * counts UTF-16 units, so slicing it would drift behind the first character outside the basic plane.
 */
export class Text {
  constructor(text) {
    this.points = Array.from(text);
  }

  get length() {
    return this.points.length;
  }

  slice(start, end) {
    return this.points.slice(start, end).join("");
  }
}

/** The text as nodes, each of the spans [[start, end], ...] (code points of it, in any order) in a <mark>. */
export function marked(text, spans, offset = 0) {
  const whole = new Text(text);
  const nodes = [];
  let at = 0;
  for (const [start, end] of [...spans].map(([a, b]) => [a - offset, b - offset]).sort((a, b) => a[0] - b[0])) {
    if (end <= at || start >= whole.length) continue;
    const from = Math.max(start, at);
    nodes.push(whole.slice(at, from), el("mark", {}, whole.slice(from, end)));
    at = Math.min(end, whole.length);
  }
  nodes.push(whole.slice(at, whole.length));
  return nodes.filter((node) => node !== "");
}
