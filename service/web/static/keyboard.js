/** The keys: / to the search box, j and k (or the arrows, among the hits) from hit to hit; Enter follows the link. */

import { focusSearchBox } from "./searchbox.js";

const TYPES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const LINKS = ".hit h3 a";
const HAVE_ARROWS = "input, select, [role=slider], [role=listbox], [role=menu] *";

function move(step) {
  const links = [...document.querySelectorAll(LINKS)];
  const at = links.findIndex((link) => link.closest(".hit").contains(document.activeElement));
  const to = at < 0 ? (step > 0 ? 0 : -1) : at + step;
  if (to >= 0 && to < links.length) {
    links[to].focus({ preventScroll: true });
    links[to].closest(".hit").scrollIntoView({ block: "nearest" });
  } else if (to < 0 && at === 0) focusSearchBox();
  else return false;
  return links.length > 0;
}

function pressed(event) {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  const from = event.target;
  const downFromBox = from.id === "q" && event.key === "ArrowDown";
  if (from.matches?.(TYPES) && !downFromBox) return;
  const amongHits = from.closest?.(".hit") && !from.matches(HAVE_ARROWS);
  let done = false;
  if (event.key === "/") {
    focusSearchBox();
    done = true;
  } else if (event.key === "j" || downFromBox || (event.key === "ArrowDown" && amongHits)) done = move(1);
  else if (event.key === "k" || (event.key === "ArrowUp" && amongHits)) done = move(-1);
  if (done) event.preventDefault();
}

/** Begins to listen. */
export function listenToKeys() {
  document.addEventListener("keydown", pressed);
}
