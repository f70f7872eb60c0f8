/**
 * The article view: the canonical text, opened at the words that the address cites, and beside it what else it matches.
 *
 * Read in this order: address.js (what is asked for), blocks.js (the text and its marks), verdict.js (what became of
 * the cited words), rail.js and matches.js (what stands beside it), words.js (citing what is selected), about.js (the
 * head).
 */

import { kicker, provenance, under } from "./about.js";
import { announce } from "./announce.js";
import { articleHref, backHref, permanentLink, wantedAt } from "./address.js";
import { Problem, get, request } from "./api.js";
import { Reading } from "./blocks.js";
import { el, fill } from "./dom.js";
import { alsoPublished, titleOf } from "./hits.js";
import { problemPanel } from "./keyform.js";
import { matchRail } from "./matches.js";
import { addMatches, fillCard, follow, railAround, unfold } from "./rail.js";
import { citationOf, goneNotice, judge } from "./verdict.js";
import { wordsBar } from "./words.js";

const MATCHES = 20;
let shown = null; // the view on the page: its name, and how it goes to another span of the same article

/** Shows the article that the address names; where it is on the page already, only the span that the address cites. */
export async function showArticle(root) {
  const wanted = wantedAt(location);
  const name = location.pathname + location.search;
  if (shown?.name === name && shown.view.isConnected) return shown.open(wanted);
  shown?.ended.abort();
  shown = null;
  const ended = new AbortController();
  const still = () => location.pathname + location.search === name;
  fill(root, el("p", { class: "loading", role: "status" }, "Opening the article…"));
  try {
    const article = await fetched(wanted.id);
    if (!still()) return;
    const opened = view(article, wanted, ended);
    shown = { name, ended, ...opened };
    document.title = `${titleOf(article)} · Pressmark`;
    fill(root, opened.view);
    await opened.open(wanted);
    await opened.findMatches();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (still()) fill(root, problem.status === 404 ? missing(wanted) : problemPanel(problem, () => showArticle(root)));
  }
}

async function fetched(id) {
  const response = await request(`/v1/articles/${id.split("/").map(encodeURIComponent).join("/")}`);
  if (response.headers.get("Content-Type")?.startsWith("application/json")) return response.json();
  // An id that ends in /text, and is gone: this is the text of another.
  throw new Problem(404, { detail: `there is no article ${id}` });
}

function missing(wanted) {
  document.title = "No such article · Pressmark";
  return el("div", { class: "article" }, back(wanted.from), goneNotice({ article_id: wanted.id, quote: wanted.quote }));
}

function back(from) {
  const query = from.get("q");
  return el("p", { class: "back" }, el("a", { href: backHref(from) }, query ? `← Results for “${query}”` : "← Search"));
}

/** The whole view, and what can be done with it. */
function view(article, wanted, ended) {
  const reading = new Reading(article);
  const card = el("section", { class: "card", "aria-label": "The cited words", hidden: true });
  const rail = railAround(card);
  const column = el("article", { class: "column" }, headed(article, reading), wordsBar(article, reading, ended.signal));
  const whole = el("div", { class: "article" }, back(wanted.from), column, rail);
  let matches = null;
  let told = null; // what is said of the cited words, where something is

  /** Marks what the address cites and goes there. */
  async function open(asked) {
    const { span, sure, notice } = await judge(article, reading, asked);
    told?.remove();
    told = notice;
    const mark = show(span, sure);
    if (notice) tell(notice, mark, reading, column);
    if (span === null) return;
    if (sure && !notice) keepLink(citationOf(article, span, reading.slice(...span)), asked);
    announce(`${notice ? `${notice.querySelector("h2").textContent}. ` : ""}Opened at: ${reading.slice(...span)}`);
  }

  function show(span, sure) {
    const mark = reading.cite(span);
    reading.body.classList.toggle("unsure", !sure);
    card.hidden = span === null;
    rail.hidden = span === null && matches === null;
    if (span) fillCard(card, citationOf(article, span, reading.slice(...span)), sure);
    matches?.show(span);
    if (mark) goTo(mark);
    return mark;
  }

  function jump(citation) {
    const span = [citation.start, citation.end];
    told?.remove();
    unfold(rail, false); // on a narrow screen it hides what it leads to
    history.replaceState(history.state, "", articleHref(citation, wanted.from));
    show(span, true);
    announce(`${matches.place.textContent}: ${reading.slice(...span)}`);
  }

  /** What else the search that led here finds in this article. */
  async function findMatches() {
    const query = wanted.from.get("q");
    if (!query) return;
    const found = await matchesFor(query, article, ended.signal);
    // The article may have changed since it was fetched: what is not of this edition would mark other words.
    const hits = found.hits.filter((hit) => hit.citation.edition === article.edition);
    if (!hits.length) return;
    matches = matchRail(hits, wanted, jump);
    rail.hidden = false;
    reading.match(hits.flatMap((hit) => hit.highlights));
    addMatches(rail, matches, query);
    column.querySelector(".under-title").append(...[alsoPublished(hits[0].also_published_by)].filter(Boolean));
    matches.show(wantedAt(location).span);
    follow(matches, reading, ended.signal);
  }

  const keyed = (event) => whole.isConnected && pressed(event, matches, whole);
  document.addEventListener("keydown", keyed, { signal: ended.signal });
  return { view: whole, open, findMatches };
}

/** What a search finds in an article; nothing where it cannot be searched or the view is gone: the text is there. */
async function matchesFor(query, article, signal) {
  try {
    return await get("/v1/search", { q: query, article: article.article_id, k: MATCHES }, signal);
  } catch (problem) {
    if (!(problem instanceof Problem) && problem.name !== "AbortError") throw problem;
    return { hits: [] };
  }
}

/** The text with the head around its title, which stands in the text or, where it does not, above it. */
function headed(article, reading) {
  const title = reading.body.querySelector("h1");
  const below = under(article, provenance(article));
  if (title) {
    title.before(...[kicker(article)].filter(Boolean));
    title.after(below);
    return reading.body;
  }
  const own = el("h1", { dir: "auto", lang: article.language }, titleOf(article));
  return el("div", {}, kicker(article), own, below, reading.body);
}

/** Says what became of the cited words just above them, or above everything where nothing is marked. */
function tell(notice, mark, reading, column) {
  const block = mark && [...reading.body.children].find((child) => child.contains(mark));
  (block ?? column.firstChild).before(notice);
  notice.scrollIntoView({ block: mark ? "start" : "center" });
}

/** Puts the words that a link cites into the address itself: the address alone can then be checked, years from now. */
function keepLink(citation, asked) {
  history.replaceState(history.state, "", permanentLink(citation, asked.from));
}

function goTo(mark) {
  mark.focus({ preventScroll: true });
  const tall = mark.getBoundingClientRect().height > innerHeight / 2;
  const scroll = () => mark.scrollIntoView({ block: tall ? "start" : "center" });
  scroll();
  requestAnimationFrame(scroll); // what came into sight may be taller than it was taken for
}

const citing = (whole) =>
  whole.querySelector(".words:not([hidden]) .cite-copy") ?? whole.querySelector(".card .cite-copy");

/** n and p go from match to match, c to what cites the words that are selected or marked. */
function pressed(event, matches, whole) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]")) return;
  if (event.key === "n" || event.key === "p") matches?.step(event.key === "n" ? 1 : -1);
  else if (event.key === "c") citing(whole)?.focus();
  else return;
  event.preventDefault();
}
