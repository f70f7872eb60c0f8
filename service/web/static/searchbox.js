/** The search box: what is typed becomes the page's address, and thus the search. */

import { go } from "./main.js";

const TYPED_AFTER = 200; // milliseconds without a key

const box = document.getElementById("q");
let waiting;
let settled = true;

/** Lets the box show what the address asks for; what is typed from here on is a new search to go back from. */
export function searchBoxSays(query) {
  clearTimeout(waiting);
  settled = true;
  if (box.value !== query) box.value = query;
}

/** Puts the cursor into the box, all of it selected. */
export function focusSearchBox() {
  box.focus();
  box.select();
}

function hrefOf(query) {
  const state = new URLSearchParams(location.pathname === "/" ? location.search : "");
  state.delete("like");
  state.delete("q");
  state.delete("written");
  const others = state.toString();
  if (!query.trim()) return others ? `/?${others}` : "/";
  return `/?${new URLSearchParams({ q: query })}${others ? `&${others}` : ""}`;
}

function typed(event) {
  clearTimeout(waiting);
  if (event.isComposing || location.pathname !== "/") return;
  waiting = setTimeout(() => {
    const replace = !settled;
    settled = false;
    void go(hrefOf(box.value), { replace, typing: true });
  }, TYPED_AFTER);
}

function entered(event) {
  event.preventDefault();
  clearTimeout(waiting);
  const href = hrefOf(box.value);
  void go(href, { replace: !settled || href === location.pathname + location.search });
}

/** Begins to search for what is typed: soon after the last key, and at once on Enter. */
export function listenToSearchBox() {
  box.addEventListener("input", typed);
  box.addEventListener("compositionend", typed);
  box.form.addEventListener("submit", entered);
}
