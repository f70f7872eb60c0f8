/** Citations out: a control that copies one, and the documents that cite several. */

import { announce } from "./announce.js";
import { permanentLink, webAddress } from "./address.js";
import { post, request } from "./api.js";
import { copy } from "./copying.js";
import { el } from "./dom.js";

/** The styles that make a file. */
export const STYLES = [
  { name: "markdown", label: "Markdown", extension: "md", type: "text/markdown" },
  { name: "bibtex", label: "BibTeX", extension: "bib", type: "application/x-bibtex" },
  { name: "ris", label: "RIS", extension: "ris", type: "application/x-research-info-systems" },
  { name: "csl-json", label: "CSL-JSON", extension: "json", type: "application/vnd.citationstyles.csl+json" },
];
const LINKS = [
  { name: "page", label: "Link to this passage" },
  { name: "link", label: "Link to the source" },
];
const REMEMBERED = "pressmark-style";
const MOST_AT_ONCE = 1000;
const SHOWN = 2500; // milliseconds
const offered = new WeakMap(); // from the element that names a control's style to the styles that it can copy in

/** The style used last; where it cannot be had (the source has no address), Markdown. */
export function lastStyle(among = STYLES) {
  const name = localStorage.getItem(REMEMBERED);
  return among.find((style) => style.name === name) ?? among[0];
}

export function rememberStyle(name) {
  localStorage.setItem(REMEMBERED, name);
}

/**
 * The document that cites what still stands, and the verdicts on what does not. A citation that the page has held for a
 * while may be of words that have moved or gone; a locator alone would then cite whatever stands there now.
 */
export async function references(citations, style) {
  const verdicts = await verdictsOn(citations);
  const standing = verdicts.filter((verdict) => verdict.verified);
  const locators = standing.map((verdict) => verdict.locator ?? verdict.citation.locator);
  const text = locators.length ? await cited(locators, style) : "";
  return { text, gone: verdicts.filter((verdict) => !verdict.verified) };
}

/** What became of each citation, in their order. */
export async function verdictsOn(citations) {
  return (await post("/v1/verify", citations)).verdicts;
}

async function cited(locators, style) {
  if (locators.length > MOST_AT_ONCE) throw new Error(`at most ${MOST_AT_ONCE} passages make one document`);
  const body = JSON.stringify({ locator: locators, style });
  const options = { method: "POST", body, headers: { "Content-Type": "application/json" } };
  return (await request("/v1/cite", options)).text();
}

/** One citation in a style: the words and their reference, or a link to them. */
async function written(citation, style) {
  if (style === "page") return permanentLink(citation);
  const { text, gone } = await references([citation], style);
  if (gone.length) throw new Error(`not copied: ${gone[0].message}`);
  return text;
}

/** A button that copies a citation in the style used last, and a menu of the other styles. */
export function citeButton(citation, label = "Copy citation") {
  const styles = [...STYLES, ...LINKS].filter((style) => style.name !== "link" || webAddress(citation.url));
  const current = el("span", { class: "cite-style" }, lastStyle(styles).label);
  offered.set(current, styles);
  const said = el("span", { class: "cite-said", "aria-hidden": "true" });
  const button = el("button", { type: "button", class: "cite-copy", onclick: () => copyIn(lastStyle(styles)) });
  button.append(label, " ", current);
  const list = el("div", { class: "cite-list", role: "group", "aria-label": "Copy as" });
  for (const style of styles) list.append(el("button", { type: "button", onclick: () => choose(style) }, style.label));
  const summary = el("summary", { "aria-label": "Copy in another style", title: "Copy in another style" });
  const menu = el("details", { class: "cite-menu" }, summary, list);
  const control = el("span", { class: "cite" }, button, menu, said);
  menu.addEventListener("keydown", (event) => moveInMenu(event, menu));
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  function choose(style) {
    rememberStyle(style.name);
    for (const named of document.querySelectorAll(".cite-style")) {
      named.textContent = lastStyle(offered.get(named)).label;
    }
    menu.open = false;
    button.focus();
    void copyIn(style);
  }

  async function copyIn(style) {
    control.classList.remove("failed");
    try {
      if (await copy(written(citation, style.name))) tell(`Copied: ${style.label}`, "Copied");
    } catch (error) {
      control.classList.add("failed");
      tell(error.message, error.message);
    }
  }

  let shown; // the time that is left to what was told last
  function tell(heard, seen) {
    announce(heard);
    clearTimeout(shown);
    said.textContent = seen;
    if (!control.classList.contains("failed")) shown = setTimeout(() => (said.textContent = ""), SHOWN);
  }

  return control;
}

function moveInMenu(event, menu) {
  const items = [...menu.querySelectorAll(".cite-list button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: Math.max(at, 0) - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (to !== undefined && menu.open) {
    items.at(to % items.length).focus();
  } else return;
  event.preventDefault();
  event.stopPropagation(); // the view moves between its results by the same keys
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".cite-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
