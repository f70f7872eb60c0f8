/** How a histogram's range is changed: by a pointer that drags over bars or moves a handle, and by keys on a handle. */

const REST_MS = 500; // after the last key, so that a search is not begun at every step

/** Dragging over bars chooses them; dragging a handle moves that end. Escape, while it lasts, takes it back. */
export function listenToPointer(histogram) {
  const { drawing, last } = histogram;
  let drag = null;
  const within = (value) => Math.min(Math.max(value, 0), last);
  const edge = (event) => histogram.edgeAt(event.clientX - drawing.getBoundingClientRect().left);
  const over = (event) => within(Math.floor(edge(event)));
  const moved = (event) => {
    const [from, to] = drag.ends;
    if (drag.end === "from") return [Math.min(within(Math.round(edge(event))), to), to];
    if (drag.end === "to") return [from, Math.max(within(Math.round(edge(event)) - 1), from)];
    return [Math.min(drag.start, over(event)), Math.max(drag.start, over(event))];
  };
  const move = (event) => {
    histogram.point(over(event));
    if (!drag) return;
    const range = moved(event);
    if (drag.end && range.join() === histogram.ends.join()) return; // a handle that was touched only
    histogram.range = range;
    histogram.paint();
  };
  const start = (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault(); // no text is selected on the way
    drawing.setPointerCapture(event.pointerId);
    const handle = event.target.closest("[data-end]");
    drag = { was: histogram.range, ends: histogram.ends, end: handle?.dataset.end, start: over(event) };
    if (handle) handle.focus({ preventScroll: true });
    else move(event);
  };
  const stop = (keep) => {
    if (!drag) return;
    const { was, end } = drag;
    drag = null;
    if (!keep) histogram.range = was;
    histogram.paint();
    if (keep) histogram.settle({ whole: !end });
  };
  const cancel = (event) => {
    if (event.key === "Escape") stop(false);
  };
  drawing.addEventListener("pointerdown", start);
  drawing.addEventListener("pointermove", move);
  drawing.addEventListener("pointerup", () => stop(true));
  drawing.addEventListener("pointercancel", () => stop(false));
  drawing.addEventListener("lostpointercapture", () => document.removeEventListener("keydown", cancel));
  drawing.addEventListener("gotpointercapture", () => document.addEventListener("keydown", cancel));
  drawing.addEventListener("pointerleave", () => histogram.point(null));
}

/** The keys of a slider, as the ARIA practices name them, for the end that a handle is of (0 or 1). */
export function listenToKeys(histogram, handle, end) {
  let resting = 0;
  const settle = () => {
    clearTimeout(resting);
    histogram.settle();
  };
  const goal = (key, now) => {
    const leap = Math.max(1, Math.round(histogram.bars.length / 10));
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -leap, PageUp: leap };
    return { Home: 0, End: histogram.last }[key] ?? now + (steps[key] ?? NaN);
  };
  handle.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") settle();
    const [from, to] = histogram.ends;
    const wanted = goal(event.key, end ? to : from);
    if (Number.isNaN(wanted)) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own keys move between hits
    const [least, most] = end ? [from, histogram.last] : [0, to];
    const reached = Math.min(Math.max(wanted, least), most);
    histogram.range = end ? [from, reached] : [reached, to];
    histogram.paint();
    clearTimeout(resting);
    resting = setTimeout(settle, REST_MS);
  });
  handle.addEventListener("blur", settle);
}
