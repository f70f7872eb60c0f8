/** Adding articles from files: dropped anywhere on the page or chosen, sent in turn, and what became of each told. */

import { articlePath } from "./address.js";
import { announce } from "./announce.js";
import { el, fill } from "./dom.js";
import { READ, droppedFiles, dropsOf, followed, named, sent, unreadable } from "./sending.js";

const VEIL_MS = 500; // browsers repeat "dragover" every 350 ms at the latest

/** Everything added since the page was loaded, newest first: a view that is drawn anew shows it still. */
let drops = [];
let area = null;
let sending = false;
let taken = Promise.resolve(); // when all that was dropped so far is listed
let unveil = 0;
const veil = el("div", { class: "upload-veil", "aria-hidden": "true" }, el("p", {}, "Drop to add to the archive"));

/** Where files can be dropped or chosen; `done()` is called when some of them became articles. */
export function uploadArea(done) {
  const chosen = (event) => {
    add(Promise.resolve(named([...event.currentTarget.files])));
    event.currentTarget.value = ""; // else the same file, mended, could not be chosen again
  };
  const list = el("ul", { class: "upload-drops", "aria-label": "Files added" });
  const element = el("section", { class: "upload", "aria-label": "Add articles" }, zone(chosen), list);
  area = { element, list, done };
  draw();
  requestAnimationFrame(reveal);
  return element;
}

function zone(chosen) {
  const input = el("input", { type: "file", id: "upload-files", class: "unseen", multiple: true, onchange: chosen });
  input.accept = READ.join();
  input.setAttribute("aria-describedby", "upload-kinds");
  const label = el("label", { class: "upload-button", for: "upload-files" }, "Choose files");
  return el(
    "div",
    { class: "upload-zone" },
    el("p", {}, input, label, " or drop them anywhere on this page"),
    el("p", { class: "upload-kinds", id: "upload-kinds" }, "Text, Markdown, HTML, PDF, Word, EPUB, feeds, JSON lines"),
  );
}

/** Takes in files that are still being gathered: a folder's take a while, and may not be readable at all. */
function add(gathering) {
  const found = gathering.then(dropsOf).catch((error) => [unreadable(error)]);
  taken = taken.then(() => found).then(takeIn); // what was dropped first stands first, however long its files took
}

function takeIn(added) {
  drops.unshift(...added.toReversed());
  draw();
  reveal();
  added.filter(isOver).forEach(tell);
  void sendAll();
}

/** One drop after the other: the archive has one writer anyway, and what was dropped first is searchable first. */
async function sendAll() {
  if (sending) return;
  sending = true;
  for (let next = waiting(); next; next = waiting()) {
    try {
      const job = await sent(next, draw);
      await followed(next, job, draw);
    } catch (error) {
      Object.assign(next, { state: "failed", problem: error.message });
    }
    draw();
    tell(next);
    const more = next.result?.added || next.result?.updated;
    if (more && area.element.isConnected) area.done(); // else it would draw over what has taken the area's place
  }
  sending = false;
}

const waiting = () => drops.findLast((drop) => drop.state === "waiting");
const isOver = (drop) => drop.state === "done" || drop.state === "failed";

/** What became of a drop, for whoever cannot see the list. */
function tell(drop) {
  announce(`${names(drop)}: ${[outcome(drop), ...drop.errors.map(({ detail }) => detail)].join(". ")}`);
}

/** Opens what the area is folded into, once there is something to see: files can be dropped on a folded one, too. */
function reveal() {
  const folded = area.element.closest("details");
  if (folded && drops.length) folded.open = true;
}

// --- what is shown ---

function draw() {
  const clear = () => {
    drops = drops.filter((drop) => !isOver(drop));
    draw();
    area.element.querySelector("input").focus();
  };
  fill(area.list, drops.map(shown));
  if (drops.some(isOver)) {
    area.list.append(el("li", {}, el("button", { type: "button", class: "plain", onclick: clear }, "Clear this list")));
  }
}

function shown(drop) {
  const failed = drop.problem || drop.errors.length > 0;
  const others = elsewhere(drop).map(({ file, detail }) => errorLine(file, detail));
  return el(
    "li",
    { class: failed ? "upload-drop failed" : "upload-drop", "data-state": drop.state },
    el("p", { class: "upload-outcome" }, !isOver(drop) && progress(drop), outcome(drop), retry(drop)),
    el("ul", { class: "upload-files" }, drop.files.map((file) => fileLines(drop, file)), others),
  );
}

function progress(drop) {
  const { files, of } = drop.progress;
  const value = { sending: drop.sent, running: of ? files / of : 0 }[drop.state];
  return el("progress", { max: 1, value, "aria-label": `Adding ${names(drop)}` });
}

/** What could not be sent can be again: the service is back, or the key another. */
function retry(drop) {
  if (!drop.problem || !drop.files.length) return null;
  const again = () => {
    Object.assign(drop, { state: "waiting", problem: null });
    draw();
    void sendAll();
  };
  return el("button", { type: "button", class: "plain", onclick: again }, "Try again");
}

/** What an error is of that none of the files is called: an entry of a file, say. */
const elsewhere = (drop) => drop.errors.filter(({ file }) => !drop.files.some(({ name }) => name === file));

function fileLines(drop, { name }) {
  const errors = drop.errors.filter(({ file }) => file === name);
  if (errors.length) return errors.map(({ detail }) => errorLine(name, detail));
  return el("li", { class: drop.result ? "upload-file taken" : "upload-file" }, linked(drop, name));
}

function errorLine(name, detail) {
  const said = el("span", { class: "upload-error", dir: "auto" }, detail);
  return el("li", { class: "upload-file failed" }, name && fileName(name), " ", said);
}

/** The file's name, a link to what became of it where that is plain. */
function linked(drop, name) {
  const ids = drop.result?.articles ?? [];
  const id = drop.files.length === 1 && ids.length === 1 ? ids[0] : ids.find((one) => one === `uploads/${name}`);
  return id ? el("a", { href: articlePath(id) }, fileName(name)) : fileName(name);
}

const fileName = (name) => el("span", { class: "upload-name", dir: "auto" }, name);

function outcome(drop) {
  if (drop.problem) return drop.problem;
  if (drop.state === "waiting") return "Waiting for what was added before";
  if (drop.state === "sending") return `Sending, ${Math.round(drop.sent * 100)} %`;
  if (drop.state === "queued") return `Sent, and waiting${drop.waiting ? `: ${drop.waiting}` : " for its turn"}`;
  if (drop.state === "running") return `Reading, ${drop.progress.files} of ${drop.progress.of} files`;
  const { added = 0, updated = 0, unchanged = 0 } = drop.result ?? {};
  const counts = [[added, "added"], [updated, "updated"], [unchanged, "already there"]].filter(([count]) => count);
  const wrong = drop.errors.length;
  if (wrong) counts.push([wrong, wrong === 1 ? "error" : "errors"]);
  return counts.map(([count, what]) => `${count.toLocaleString("en")} ${what}`).join(", ") || "Nothing to add";
}

function names({ files }) {
  return files.length === 1 ? files[0].name : files.length ? `${files.length} files` : "What was dropped";
}

// --- the whole page as a place to drop on, while an area is on it ---

function drags(event) {
  return area?.element.isConnected && event.dataTransfer?.types.includes("Files");
}

function veiled(on) {
  clearTimeout(unveil);
  if (!on) return veil.remove();
  if (!veil.isConnected) document.body.append(veil); // not into the area, which may be folded
  unveil = setTimeout(() => veiled(false), VEIL_MS);
}

addEventListener("dragover", (event) => {
  if (!drags(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  veiled(true);
});

addEventListener("drop", (event) => {
  veiled(false);
  if (!drags(event)) return;
  event.preventDefault();
  add(droppedFiles(event.dataTransfer));
});
