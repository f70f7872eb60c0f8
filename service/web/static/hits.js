/** Hits, and how an article is named wherever one is: title, publisher, authors, date. */

import { articleHref, articlePath, webAddress } from "./address.js";
import { citeButton } from "./citing.js";
import { time } from "./dates.js";
import { Text, el, marked } from "./dom.js";
import { folded } from "./folding.js";
import { selectBox } from "./selection.js";

const WRAPPED = 40; // characters
const LONGEST_TITLE = 300;
const MOST_AUTHORS = 6;

/** A hit as a list's item. Its id is `hit-RANK`, its heading the link to the article, opened at the passage. */
export function hitItem(hit) {
  const { citation } = hit;
  const id = `hit-${hit.rank}`;
  const heading = citation.quote.startsWith(hit.heading ?? "") ? null : hit.heading; // it stands in the quote already
  const place = [heading, hit.page && `page ${hit.page}`].filter(Boolean).join(" · ");
  return el(
    "li",
    { class: "hit", id, "data-rank": hit.rank },
    el("h3", {}, el("a", { href: articleHref(citation, location.search), dir: "auto" }, titleOf(citation))),
    byline(citation),
    place && el("p", { class: "place", dir: "auto" }, place),
    ...folded(quote(citation, hit.highlights)),
    alsoPublished(hit.also_published_by),
    el("div", { class: "tools" }, selectBox(citation), citeButton(citation), likeLink(citation)),
  );
}

/** The very characters of a citation, the spans marked that answer or were searched for. */
export function quote(citation, spans) {
  const name = hardWrapped(citation.quote) ? "quote reflowed" : "quote";
  const attributes = { class: name, dir: "auto", "data-locator": citation.locator };
  return el("blockquote", attributes, marked(citation.quote, spans, citation.start).flatMap(spaced));
}

/** Whether lines end where a typewriter's did; those of a table, a list or a verse are shorter. */
function hardWrapped(text) {
  const ended = text.split(/\n\s*\n/).flatMap((block) => block.split("\n").slice(0, -1));
  const long = ended.filter((line) => line.length >= WRAPPED);
  return long.length > ended.length / 2;
}

/** Text whose empty lines are less high than lines; not a character of it is lost. */
function spaced(node) {
  if (typeof node !== "string") return [node];
  return node.split(/(\n\s*\n)/).map((part, at) => (at % 2 ? el("span", { class: "gap" }, part) : part));
}

/** What an article is called; its id where it has no title. A title may be of any length, and is cut. */
export function titleOf(article) {
  const whole = new Text(article.title?.trim() || article.article_id);
  return whole.length > LONGEST_TITLE ? `${whole.slice(0, LONGEST_TITLE)}…` : whole.slice(0);
}

/** Publisher, authors and date in a line, and a link to where it was published. */
export function byline(article) {
  const parts = [
    article.publisher && el("span", { class: "publisher", dir: "auto" }, article.publisher),
    article.authors?.length > 0 && el("span", { dir: "auto" }, named(article.authors)),
    article.published && time(article.published),
    webLink(article.url),
  ].filter(Boolean);
  return parts.length > 0 && el("p", { class: "byline" }, parts);
}

function named(authors) {
  if (authors.length <= MOST_AUTHORS) return authors.join(", ");
  return `${authors.slice(0, MOST_AUTHORS - 1).join(", ")} and ${authors.length - MOST_AUTHORS + 1} others`;
}

/** A link to an address of the web; null for any other kind, which may be a script. */
function webLink(url) {
  if (!webAddress(url)) return null;
  return el("a", { href: url, rel: "noopener noreferrer external", class: "outside" }, "Original");
}

/** Who else published the same text. */
export function alsoPublished(lines) {
  if (lines.length === 0) return null;
  const links = lines.map((line) => {
    const name = line.publisher ?? titleOf(line);
    const link = el("a", { href: articlePath(line.article_id), dir: "auto" }, name);
    return el("li", {}, link, " ", line.published && time(line.published));
  });
  return el("div", { class: "also" }, el("span", {}, "Also published by"), el("ul", {}, links));
}

function likeLink(citation) {
  const href = `/?${new URLSearchParams({ like: citation.locator })}`;
  const label = `More like this passage of ${titleOf(citation)}`;
  return el("a", { href, class: "like", "aria-label": label }, "More like this");
}
