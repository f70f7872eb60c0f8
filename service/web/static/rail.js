/** What stands beside an article's text: the cited words as a card, and the matches. */

import { citeButton } from "./citing.js";
import { el, fill } from "./dom.js";
import { selectBox } from "./selection.js";

/** Puts the words that the address cites on the card, and what can be done with them; `sure` that it is those. */
export function fillCard(card, citation, sure) {
  const { start, end } = citation;
  fill(
    card,
    el("h2", {}, sure ? "Cited words" : "At this place now"),
    el("blockquote", { dir: "auto" }, citation.quote),
    el("p", { class: "where" }, `Characters ${start.toLocaleString("en")}–${end.toLocaleString("en")}`),
    el("div", { class: "tools" }, citeButton(citation), selectBox(citation)),
  );
}

/** What stands beside the text; on a narrow screen a bar at the bottom, which its button unfolds. */
export function railAround(card) {
  const toggle = el("button", { type: "button", class: "rail-toggle", "aria-expanded": "false" }, "Cited words");
  const rail = el("aside", { class: "rail", "aria-label": "Citation and matches", hidden: true });
  toggle.addEventListener("click", () => unfold(rail, !rail.classList.contains("open")));
  return fill(rail, el("div", { class: "rail-bar" }, toggle), el("div", { class: "rail-body" }, card));
}

/** Unfolds the rail of a narrow screen, or folds it. */
export function unfold(rail, open) {
  rail.classList.toggle("open", open);
  rail.querySelector(".rail-toggle").setAttribute("aria-expanded", String(open));
}

/** Puts the matches under the card, and how to get from one to the next into the bar. */
export function addMatches(rail, matches, query) {
  rail.querySelector(".rail-toggle").replaceChildren(matches.place);
  rail.querySelector(".rail-bar").append(matches.buttons);
  rail.querySelector(".rail-body").append(
    el(
      "section",
      { class: "matches", "aria-label": `Matches for ${query} in this article` },
      matches.strip,
      matches.list,
      el("p", { class: "hint" }, key("n"), "next", key("p"), "previous", key("c"), "cite"),
    ),
  );
}

const key = (name) => el("kbd", {}, name);

/** Keeps the strip true to what is in sight. */
export function follow(matches, reading, signal) {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (reading.body.isConnected) matches.drawStrip(reading);
    });
  };
  addEventListener("scroll", soon, { passive: true, signal });
  const watch = new ResizeObserver(soon);
  watch.observe(reading.body);
  signal.addEventListener("abort", () => watch.disconnect());
}
