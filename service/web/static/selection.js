/** The passages that somebody has picked, kept as long as the tab is: counted, reviewed, verified and taken along. */

import { announce } from "./announce.js";
import { articleHref } from "./address.js";
import { STYLES, lastStyle, references, rememberStyle, verdictsOn } from "./citing.js";
import { copy, download } from "./copying.js";
import { time } from "./dates.js";
import { el, fill } from "./dom.js";

const KEPT = "pressmark-selection";
const nameOf = (citation) => `${citation.edition} ${citation.locator}`;
const passages = (count) => `${count.toLocaleString("en")} passage${count === 1 ? "" : "s"}`;

/** The citations picked, in the order in which they were. */
export function selected() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
}

function keep(citations) {
  sessionStorage.setItem(KEPT, JSON.stringify(citations));
  const names = new Set(citations.map(nameOf));
  for (const box of document.querySelectorAll("input.picks")) box.checked = names.has(box.value);
  for (const bar of document.querySelectorAll(".picked")) drawBar(bar, citations.length);
}

function remove(citation) {
  keep(selected().filter((other) => nameOf(other) !== nameOf(citation)));
}

/** A box that picks a passage. */
export function selectBox(citation, label = "Select") {
  const box = el("input", { type: "checkbox", class: "picks", value: nameOf(citation) });
  box.checked = selected().some((other) => nameOf(other) === nameOf(citation));
  box.addEventListener("change", () => {
    if (!box.checked) remove(citation);
    else keep([...selected().filter((other) => nameOf(other) !== nameOf(citation)), citation]);
    announce(`${passages(selected().length)} selected`);
  });
  const named = el("span", { class: "unseen" }, ` ${citation.title ?? citation.article_id}`);
  return el("label", { class: "pick" }, box, label, named);
}

/** What is picked and what can be done with it; hidden while nothing is. */
export function selectionBar() {
  const bar = el("section", { class: "picked", "aria-label": "Selected passages" });
  drawBar(bar, selected().length);
  return bar;
}

function drawBar(bar, count) {
  bar.hidden = count === 0;
  const had = bar.querySelector("output");
  if (had) return fill(had, `${passages(count)} selected`);
  const said = el("span", { class: "picked-said" });
  return fill(
    bar,
    el("output", {}, `${passages(count)} selected`),
    el("button", { type: "button", onclick: () => review() }, "Review"),
    exporting(said),
    el("button", { type: "button", class: "quiet", onclick: () => keep([]) }, "Clear"),
    said,
  );
}

/** The style of an export, the button that downloads it and the one that copies it. */
function exporting(said) {
  const choice = el("select", { "aria-label": "Export as", onchange: () => rememberStyle(choice.value) });
  for (const style of STYLES) {
    choice.append(el("option", { value: style.name, selected: style === lastStyle() }, style.label));
  }
  const chosen = () => STYLES.find((style) => style.name === choice.value);
  const collected = async () => {
    const { text, gone } = await references(selected(), chosen().name);
    if (!text) throw new Error(`nothing exported: ${gone[0].message}`);
    return { text, left: gone.length };
  };
  const save = async () => {
    const { text, left } = await collected();
    download(text, `pressmark.${chosen().extension}`, chosen().type);
    return `Exported as ${chosen().label}${withoutGone(left)}`;
  };
  const put = async () => {
    const whole = collected();
    return (await copy(whole.then(({ text }) => text))) ? `Copied${withoutGone((await whole).left)}` : "";
  };
  return el(
    "span",
    { class: "exporting" },
    choice,
    el("button", { type: "button", onclick: () => told(said, save) }, "Export"),
    el("button", { type: "button", onclick: () => told(said, put) }, "Copy all"),
  );
}

function withoutGone(count) {
  return count ? `, without ${passages(count)} that no longer stand${count === 1 ? "s" : ""}: verify to see which` : "";
}

async function told(said, deed) {
  said.classList.remove("failed");
  try {
    said.textContent = await deed();
  } catch (error) {
    said.classList.add("failed");
    said.textContent = error.message;
  }
  announce(said.textContent);
}

/** A dialog that lists what is picked. */
function review() {
  const list = el("ol", { class: "picked-list" });
  const said = el("p", { class: "picked-said" });
  const verify = () => told(said, () => verifyAll(list));
  const dialog = el(
    "dialog",
    { class: "review", "aria-labelledby": "review-title", onclose: () => dialog.remove() },
    el("h2", { id: "review-title" }, "Selected passages"),
    list,
    said,
    el(
      "div",
      { class: "review-actions" },
      el("button", { type: "button", class: "primary", onclick: verify }, "Verify all"),
      exporting(said),
      el("form", { method: "dialog" }, el("button", {}, "Close")),
    ),
  );
  for (const citation of selected()) list.append(reviewed(citation, dialog));
  document.body.append(dialog);
  dialog.showModal();
}

function reviewed(citation, dialog) {
  const there = { href: articleHref(citation), dir: "auto", onclick: () => dialog.close() };
  const item = el(
    "li",
    { "data-name": nameOf(citation) },
    el("a", there, citation.title ?? citation.article_id),
    el("button", { type: "button", class: "quiet", onclick: () => dropped(item, citation, dialog) }, "Remove"),
    el("p", { class: "picked-from" }, sourceOf(citation)),
    el("blockquote", { dir: "auto" }, citation.quote),
    el("p", { class: "verdict" }),
  );
  return item;
}

function dropped(item, citation, dialog) {
  const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button");
  item.remove();
  remove(citation);
  if (next) next.focus();
  else dialog.close();
}

function sourceOf(citation) {
  const date = citation.published && time(citation.published);
  const parts = [citation.publisher, date, citation.locator].filter(Boolean);
  return parts.flatMap((part, at) => (at ? [" · ", part] : [part]));
}

async function verifyAll(list) {
  const verdicts = await verdictsOn(selected());
  for (const verdict of verdicts) {
    const item = [...list.children].find((other) => other.dataset.name === nameOf(verdict.citation));
    const line = item.querySelector(".verdict");
    line.classList.toggle("failed", !verdict.verified);
    fill(line, verdict.verified ? "✓ " : "✗ ", verdict.message);
  }
  const holding = verdicts.filter((verdict) => verdict.verified).length;
  return `${holding} of ${passages(verdicts.length)} ${holding === 1 ? "stands" : "stand"} in this archive`;
}
