/** What became of the words that an article's address cites, said plainly. */

import { Problem, post } from "./api.js";
import { Text, el } from "./dom.js";

/** An edition as people compare them. */
export const short = (edition) => edition.slice(0, 12);

/** The citation of a span of an article as it is now. */
export function citationOf(article, [start, end], quote) {
  const { article_id, edition, title, authors, publisher, published, url } = article;
  const locator = `${article_id}#${start}-${end}`;
  return { article_id, edition, title, authors, publisher, published, url, start, end, quote, locator };
}

/**
 * Which span of the article to mark, whether it holds the cited words (`sure`), and a notice where something is to be
 * said.
 */
export async function judge(article, text, wanted) {
  if (!wanted.span) return { span: null, sure: true, notice: null };
  const there = text.slice(...wanted.span);
  const replaced = wanted.edition !== null && wanted.edition !== article.edition;
  if (!replaced && wanted.quote !== null && wanted.quote !== there && wanted.edition === null) {
    const said = notice("bad", "These are not the words that stand there", quoted(wanted.quote));
    return { span: null, sure: false, notice: said };
  }
  if (!replaced && (wanted.quote === null || wanted.quote === there)) return within(article, text, wanted.span);
  if (wanted.quote === null) return unknown(article, text, wanted);
  return verified(article, wanted);
}

function within(article, text, span) {
  if (span[1] <= text.length) return { span, sure: true, notice: null };
  const all = text.length.toLocaleString("en");
  const why = `The address cites characters ${span.join("–")}, and the article has ${all}.`;
  return { span: null, sure: false, notice: notice("bad", "There is no such passage", el("p", {}, why)) };
}

function unknown(article, text, wanted) {
  const said = notice(
    "changed",
    "The text has changed since this was cited",
    el("p", {}, editions(wanted.edition, article.edition)),
    el("p", {}, "This link does not hold the words, so whether they still stand cannot be said."),
    el("p", {}, "What stands at their place now is outlined."),
  );
  return { span: wanted.span[1] <= text.length ? wanted.span : null, sure: false, notice: said };
}

async function verified(article, wanted) {
  const citation = { ...citationOf(article, wanted.span, wanted.quote), edition: wanted.edition };
  let verdict;
  try {
    [verdict] = (await post("/v1/verify", [citation])).verdicts;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const why = el("p", {}, problem.message);
    return { span: null, sure: false, notice: notice("bad", "This link was altered", why, quoted(wanted.quote)) };
  }
  return OUTCOMES[verdict.status](verdict, article);
}

const OUTCOMES = {
  exact: (verdict) => ({ span: [verdict.citation.start, verdict.citation.end], sure: true, notice: null }),
  unchanged: (verdict, article) => ({
    span: [verdict.citation.start, verdict.citation.end],
    sure: true,
    notice: since(verdict, article, "good", "The words cited still stand, character for character, at the same place."),
  }),
  moved: (verdict, article) => ({
    span: verdict.found,
    sure: true,
    notice: since(
      verdict,
      article,
      "good",
      `The words cited still stand, character for character; they have moved to characters ${verdict.found.join("–")}.`,
    ),
  }),
  changed: (verdict, article) => ({
    span: verdict.found,
    sure: false,
    notice: since(
      verdict,
      article,
      "changed",
      verdict.found
        ? "The words cited no longer stand. What is most like them is outlined below; this is what changed:"
        : "The words cited no longer stand, and nothing in the text is like them:",
      verdict.changes.length ? compared(verdict) : quoted(verdict.citation.quote),
    ),
  }),
  false: (verdict) => ({
    span: verdict.found,
    sure: Boolean(verdict.found),
    notice: notice("bad", "This citation was altered", el("p", {}, verdict.message), quoted(verdict.citation.quote)),
  }),
  gone: (verdict) => ({ span: null, sure: false, notice: goneNotice(verdict.citation) }),
};

function since(verdict, article, kind, ...said) {
  const [outcome, ...more] = said;
  return notice(
    kind,
    "The text has changed since this was cited",
    el("p", {}, outcome),
    ...more,
    el("p", { class: "editions" }, editions(verdict.citation.edition, article.edition)),
  );
}

const editions = (cited, present) => `Cited from edition ${short(cited)}; this is edition ${short(present)}.`;

/** What is said where there is no such article (any more); `quote` is what the link holds of it. */
export function goneNotice({ article_id, quote }) {
  const said = "It was removed, or never added. Whether the words below stood in it cannot be checked here.";
  const search = quote && `/?${new URLSearchParams({ q: firstWords(quote) })}`;
  return notice(
    "bad",
    `There is no article ${article_id} in this archive`,
    el("p", {}, quote ? said : "It was removed, or never added."),
    quote ? quoted(quote) : null,
    quote ? el("p", {}, el("a", { href: search }, "Search for these words")) : null,
  );
}

const firstWords = (quote) => quote.split(/\s+/).slice(0, 24).join(" ");

function quoted(quote) {
  return el("blockquote", { class: "cited-once", dir: "auto" }, quote);
}

/** The words as they were cited, with those that were removed and those that stand there instead. */
function compared({ citation, changes }) {
  const quote = new Text(citation.quote);
  const pieces = [];
  let at = 0;
  for (const { removed, removed_at: [start, end], added } of changes) {
    pieces.push(quote.slice(at, start - citation.start));
    if (removed) pieces.push(el("del", {}, removed));
    if (removed && added) pieces.push(" ");
    if (added) pieces.push(el("ins", {}, removed ? added : ` ${added}`));
    at = end - citation.start;
  }
  return el("blockquote", { class: "cited-once compared", dir: "auto" }, pieces, quote.slice(at, quote.length));
}

function notice(kind, heading, ...said) {
  return el("section", { class: `verdict-notice ${kind}`, role: "status" }, el("h2", {}, heading), said);
}
