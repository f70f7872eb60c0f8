/** The addresses of articles and of citations, written and read: /article/ID?edition=SHA#START-END&quote=WORDS. */

import { Text } from "./dom.js";

const HERE = "/article/";
const SPAN = /^#(\d{1,15})-(\d{1,15})(?:&quote=(.*))?$/s;
const LONGEST_QUOTE = 2000; // code points; links beyond are cut by the programs that carry them

/** The address of an article. */
export function articlePath(id) {
  return HERE + id.split("/").map(encodeURIComponent).join("/");
}

/**
 * The address of a cited span. `from` holds what was searched for (the parameters of the search's address); the
 * article's page leads back there and shows what else it matches.
 */
export function articleHref(citation, from = "") {
  const kept = [...new URLSearchParams(from)].filter(([name]) => name !== "edition");
  const query = new URLSearchParams([["edition", citation.edition], ...kept]);
  return `${articlePath(citation.article_id)}?${query}#${citation.start}-${citation.end}`;
}

/**
 * The citation's link for ever. It holds the quote too, behind the "#", where no server sees it: so the page can say
 * what became of the words when the article has changed or is gone.
 */
export function permanentLink(citation, from = "") {
  const link = location.origin + articleHref(citation, from);
  return new Text(citation.quote).length > LONGEST_QUOTE ? link : `${link}&quote=${encodeURIComponent(citation.quote)}`;
}

/** What an article's address asks for: id, edition, span, quote (null where it says nothing), and the search before. */
export function wantedAt(place) {
  const search = new URLSearchParams(place.search);
  const edition = search.get("edition");
  search.delete("edition");
  const wanted = { id: decoded(place.pathname.slice(HERE.length)), edition, span: null, quote: null, from: search };
  const [, start, end, quote] = SPAN.exec(place.hash) ?? [];
  if (Number(start) < Number(end)) {
    wanted.span = [Number(start), Number(end)];
    wanted.quote = quote === undefined ? null : decoded(quote);
  }
  return wanted;
}

/** The address of the search that an article's page was opened from. */
export function backHref(from) {
  return from.size ? `/?${from}` : "/";
}

/** The address if a browser may follow it: anything but http and https (a script, say) is text here and no link. */
export function webAddress(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed : null;
  } catch {
    return null;
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % that somebody typed
  }
}
