/** What is known of an article: its head above the text, and where each fact comes from. */

import { webAddress } from "./address.js";
import { time } from "./dates.js";
import { el } from "./dom.js";
import { short } from "./verdict.js";

const LANGUAGES = new Intl.DisplayNames("en", { type: "language", fallback: "code" });
const FIELDS = {
  title: "Title",
  authors: "Authors",
  publisher: "Publisher",
  published: "Date",
  url: "Address",
  language: "Language",
};

/** Publisher and date, in one line above the title. */
export function kicker({ publisher, published }) {
  const parts = [publisher && el("span", { dir: "auto" }, publisher), published && time(published)].filter(Boolean);
  return parts.length > 0 && el("p", { class: "kicker" }, parts.flatMap((part, at) => (at ? [" · ", part] : [part])));
}

/** Authors, and what leads on from the article. */
export function under(article, ...more) {
  const names = new Intl.ListFormat("en").format(article.authors);
  const like = `/?${new URLSearchParams({ like: article.article_id })}`;
  return el(
    "div",
    { class: "under-title" },
    names && el("p", { class: "authors" }, "By ", el("span", { dir: "auto" }, names)),
    first(article.original),
    el("p", { class: "onward" }, source(article.url), el("a", { href: like }, "More like this")),
    more,
  );
}

function source(url) {
  const address = webAddress(url);
  if (address) {
    const attributes = { href: address.href, rel: "noopener noreferrer", class: "published-at" };
    return el("a", attributes, `Read it at ${address.host} ↗`);
  }
  return url && el("span", { class: "published-at", title: "This address is none that a browser follows" }, url);
}

/** Where the article first appeared, when this is a republication. */
function first(original) {
  if (!original) return null;
  const address = webAddress(original.url);
  const name = original.publisher ?? address?.host ?? original.url ?? "elsewhere";
  return el(
    "p",
    { class: "original" },
    "First published by ",
    address ? el("a", { href: address.href, rel: "noopener noreferrer" }, name) : el("span", { dir: "auto" }, name),
    original.published && [", ", time(original.published)],
  );
}

/** The article's names, and for each fact the place that it was read from. */
export function provenance(article) {
  const edition = el("code", { title: article.edition }, short(article.edition));
  const proof = el("span", { class: "proof" });
  void proves(article).then((same) => {
    if (same !== null) proof.append(same ? " ✓ computed again here" : " ✗ not that of this text");
  });
  const facts = [
    ["Id", el("code", {}, article.article_id)],
    ["Edition", [edition, proof]],
    ["Language", article.language && languageName(article.language)],
    ...Object.entries(article.provenance).map(([field, from]) => [FIELDS[field] ?? field, `from: ${from}`]),
  ];
  return el(
    "details",
    { class: "about" },
    el("summary", {}, "About this text"),
    el("dl", {}, facts.filter(([, said]) => said).map(([name, said]) => [el("dt", {}, name), el("dd", {}, said)])),
  );
}

function languageName(tag) {
  try {
    return `${LANGUAGES.of(tag)} (${tag})`;
  } catch {
    return tag; // what a source calls a language need be no tag of one
  }
}

/** Whether the edition is the SHA-256 of the text; null where this browser computes none (over plain http). */
async function proves({ text, edition }) {
  if (!globalThis.crypto?.subtle) return null;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("") === edition;
}
