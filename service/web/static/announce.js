/** What a screen reader is told of changes that eyes see. */

import { el } from "./dom.js";

let region = null;

/** Says something politely; the same words said twice are heard twice. */
export function announce(text) {
  if (!region?.isConnected) {
    region = el("div", { class: "unseen", role: "status", id: "announced" });
    document.body.append(region);
  }
  region.replaceChildren(el("span", {}, text));
}
