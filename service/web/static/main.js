/** Which view the address asks for, and how the page gets from one to the next. Start reading here. */

import { showArticle } from "./article.js";
import { listenToKeys } from "./keyboard.js";
import { keyControl } from "./keyform.js";
import { leaveSearch, showSearch } from "./search.js";
import { listenToSearchBox, searchBoxSays } from "./searchbox.js";
import { selectionBar } from "./selection.js";

const SETTLED_AFTER = 150; // milliseconds without scrolling; browsers refuse to note every step of it

const root = document.getElementById("main");
const isArticle = (path) => path.startsWith("/article/");
let shown = null; // the address on the page, without what stands behind its "#"
let showing = null; // what is being shown, until it is there

/**
 * Shows a place of this page without loading it anew. `replace` leaves no step to go back to; `typing` says that
 * somebody is still at it, so that the focus and the scroll stay, and nothing slow begins at once.
 */
export async function go(href, { replace = false, typing = false } = {}) {
  if (!replace) keepPlace();
  history[replace ? "replaceState" : "pushState"]({}, "", href);
  const done = show({ typing });
  if (!typing) scrollTo(0, 0);
  await done;
  if (!typing && document.activeElement === document.body) root.focus({ preventScroll: true }); // its link is gone
}

/** Notes something about this place for whoever comes back to it. */
export function note(more) {
  history.replaceState({ ...history.state, ...more }, "");
}

async function show({ typing = false } = {}) {
  const mine = (showing = {});
  shown = location.pathname + location.search;
  if (!typing) searchBoxSays(new URLSearchParams(location.search).get("q") ?? "");
  const article = isArticle(location.pathname);
  if (article) leaveSearch();
  try {
    await (article ? showArticle(root) : showSearch(root, { typing }));
  } finally {
    if (showing === mine) showing = null; // not the address: an article's view adds the cited words to it
  }
}

function keepPlace() {
  if (!showing) note({ scroll: scrollY });
}

async function cameBack() {
  const { scroll } = history.state ?? {};
  const jumped = shown === location.pathname + location.search && !isArticle(location.pathname);
  if (jumped) return; // to what the answer that is here cites
  await show();
  if (scroll !== undefined) scrollTo(0, scroll);
}

function followed(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.hasAttribute("download")) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !(to.pathname === "/" || isArticle(to.pathname))) return;
  const within = to.hash && to.pathname === location.pathname && to.search === location.search;
  if (within && !isArticle(to.pathname)) return; // a jump to what an answer cites, which the browser does better
  event.preventDefault();
  void go(to.href);
}

let scrolled;
history.scrollRestoration = "manual"; // the browser would scroll before there is anything to scroll to
addEventListener("scroll", () => {
  clearTimeout(scrolled);
  scrolled = setTimeout(keepPlace, SETTLED_AFTER);
});
addEventListener("popstate", () => void cameBack());
document.addEventListener("click", followed);
document.getElementById("foot").append(keyControl(() => show()));
document.body.append(selectionBar());
listenToSearchBox();
listenToKeys();
void cameBack();
