/** Query by example: the example, shown above what is like it. */

import { articlePath } from "./address.js";
import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { folded } from "./folding.js";
import { byline, quote, titleOf } from "./hits.js";

/** Fills `place` with the passage, or the article, that a locator names. */
export async function sourceInto(place, locator, signal) {
  const [, id, start, end] = /^(.*)#(\d+)-(\d+)$/s.exec(locator) ?? [null, locator];
  try {
    const article = await get(`/v1${articlePath(id).replace("/article/", "/articles/")}`, { start, end }, signal);
    const href = articlePath(id) + (start ? `?edition=${article.edition}#${start}-${end}` : "");
    const label = el("h2", { class: "label" }, "Passages like");
    const title = el("h3", {}, el("a", { href, dir: "auto" }, titleOf(article)));
    const passage = start && folded(quote(article, []));
    fill(place, el("section", { class: "source" }, label, title, byline(article), passage));
  } catch (problem) {
    if (problem.name === "AbortError") return;
    fill(place); // the search for what is like it meets the same problem, and tells it
  }
}
