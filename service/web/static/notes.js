/** What the service notes on a search or an answer: how it took the words, which dates limit it or count more. */

import { el } from "./dom.js";

/** The notes as items of a list. */
export function noteItems(notes) {
  return notes.map((text) => el("li", { dir: "auto" }, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`));
}
