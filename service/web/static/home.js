/** The page before anything is searched for: what the archive holds, how to ask it, and how to fill an empty one. */

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { problemPanel } from "./keyform.js";
import { uploadArea } from "./upload.js";

const WAYS = [
  ["When did the bridge open?", "A question is answered in the words of an article, or not at all"],
  ["naval exercise in the gulf", "Words find passages that say it, and passages that mean it"],
  ["\u201cjoint statement\u201d", "Words in quotation marks stand exactly so"],
  ["sanctions -oil", "A word after a minus does not occur"],
  ["ceasefire publisher:Reuters after:2015-03", "Publisher, author, language and dates narrow it"],
];

/** Shows what there is to search. */
export async function showHome(root, signal) {
  const body = el("div", { class: "home" });
  const whole = el("div", { class: "columns" }, body);
  if (!root.querySelector(".home")) fill(root, whole);
  const again = () => showHome(root, signal);
  try {
    const { total } = await get("/v1/articles", { limit: 1 }, signal);
    if (signal.aborted) return;
    fill(body, total === 0 ? emptyArchive(again) : filledArchive(total, again));
    fill(root, whole);
  } catch (problem) {
    if (problem.name === "AbortError" || signal.aborted) return;
    fill(root, problemPanel(problem, again));
  }
}

function filledArchive(total, again) {
  const ways = WAYS.map(([query, says]) => el("div", {}, el("dt", {}, query), el("dd", {}, says)));
  return [
    el("h1", {}, "Search the archive. ", el("em", {}, "Check every quote.")),
    el("p", { class: "lead" }, `${counted(total, "article")}, and every passage found is cited to the character.`),
    el("dl", { class: "ways", "aria-label": "Ways to search" }, ways),
    el("details", { class: "add" }, el("summary", {}, "Add articles"), uploadArea(again)),
  ];
}

function emptyArchive(again) {
  return [
    el("h1", {}, "This archive is empty."),
    el("p", { class: "lead" }, "Put articles into it here; each is searched as soon as it is read."),
    uploadArea(again),
    el("p", {}, "Or index a folder where the archive is kept. What changes there is taken up by the page at once."),
    el("pre", {}, el("code", {}, "pressmark index FOLDER --archive ARCHIVE")),
  ];
}

/** A number of things: 1 article, 230,668 passages. */
export function counted(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}
