/** The search view. */

import { el, fill } from "./dom.js";

/** Shows the search that the address holds. */
export async function showSearch(root) {
  fill(root, el("p", {}, new URLSearchParams(location.search).get("q") ?? ""));
}
