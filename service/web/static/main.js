/** Which view the address asks for, and how the page gets from one to the next. Start reading here. */

import { showSearch } from "./search.js";

const root = document.getElementById("main");
const isArticle = (path) => path.startsWith("/article/");

/** Shows a place of this page without loading it anew; `replace` leaves no step to go back to. */
export function go(href, { replace = false } = {}) {
  keepPlace();
  history[replace ? "replaceState" : "pushState"]({}, "", href);
  return show();
}

async function show() {
  if (isArticle(location.pathname)) {
    const { showArticle } = await import("./article.js");
    await showArticle(root);
  } else {
    await showSearch(root);
  }
}

/** Remembers how far this place was read, for whoever comes back to it. */
function keepPlace() {
  history.replaceState({ ...history.state, scroll: scrollY }, "");
}

function followed(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || link.target || link.hasAttribute("download")) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !(to.pathname === "/" || isArticle(to.pathname))) return;
  const stays = to.pathname === location.pathname && to.search === location.search;
  if (stays && to.hash && !isArticle(to.pathname)) return;
  event.preventDefault();
  void go(to.href);
}

document.addEventListener("click", followed);
addEventListener("popstate", () => void show());
void show();
