/** "Cite these words": what to do with any words of an article that somebody has selected. */

import { announce } from "./announce.js";
import { permanentLink } from "./address.js";
import { citeButton } from "./citing.js";
import { copy } from "./copying.js";
import { el, fill } from "./dom.js";
import { selectBox } from "./selection.js";
import { citationOf } from "./verdict.js";

const SETTLED = 180; // milliseconds without a change: a selection grows while the mouse moves

/** A toolbar that appears over an article's text when words of it are selected; it ends with `signal`. */
export function wordsBar(article, reading, signal) {
  const bar = el("div", { class: "words", role: "toolbar", "aria-label": "Cite the selected words", hidden: true });
  bar.addEventListener("pointerdown", (event) => event.preventDefault()); // a click here leaves the selection as it is
  let waiting = 0;
  let offered = "";
  let held = false; // a mouse that is still selecting

  function look() {
    if (held || bar.contains(document.activeElement)) return;
    const range = chosen(reading.body);
    const span = range && reading.spanOf(range);
    bar.hidden = !span;
    if (!span || String(span) === offered) return void (offered = span ? offered : "");
    offered = String(span);
    offer(bar, citationOf(article, span, reading.slice(...span)));
    place(bar, range);
  }

  function keyed(event) {
    if (event.key !== "Escape" || bar.hidden || event.target.closest?.("dialog")) return;
    bar.hidden = true;
    getSelection().removeAllRanges();
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(look, SETTLED);
  }

  function released() {
    held = false;
    soon();
  }

  document.addEventListener("selectionchange", soon, { signal });
  document.addEventListener("pointerdown", (event) => (held = !bar.contains(event.target)), { signal });
  document.addEventListener("pointerup", released, { signal });
  document.addEventListener("pointercancel", released, { signal });
  document.addEventListener("keydown", keyed, { signal });
  return bar;
}

/** What is selected, where that is words of the text. */
function chosen(body) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  return range.intersectsNode(body) ? range : null;
}

function offer(bar, citation) {
  const count = citation.quote.split(/\s+/).length;
  const said = el("span", { class: "cite-said" });
  const link = async () => {
    said.textContent = (await copy(Promise.resolve(permanentLink(citation)))) ? "Copied" : "";
    announce(said.textContent && "Link copied");
  };
  fill(
    bar,
    el("q", { class: "words-quote", dir: "auto" }, citation.quote),
    el("code", { title: "Where these words stand, in characters" }, `${citation.start}–${citation.end}`),
    citeButton(citation, "Cite these words"),
    el("button", { type: "button", onclick: link }, "Copy link"),
    selectBox(citation),
    said,
  );
  announce(`${count} word${count === 1 ? "" : "s"} selected. Press c to cite.`);
}

/** Puts the toolbar under the selection; where the screen is narrow the style sheet keeps it at the bottom. */
function place(bar, range) {
  const box = range.getBoundingClientRect();
  const around = bar.parentElement.getBoundingClientRect();
  const left = Math.min(box.left - around.left, around.width - bar.offsetWidth);
  bar.style.setProperty("--x", `${Math.max(0, left)}px`);
  bar.style.setProperty("--y", `${box.bottom - around.top + 8}px`);
}
