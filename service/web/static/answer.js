/** The answer: its words, how sure they are, and every sentence that says so; or plainly none, and why. */

import { articleHref } from "./address.js";
import { citeButton } from "./citing.js";
import { el } from "./dom.js";
import { alsoPublished, byline, quote, titleOf } from "./hits.js";
import { noteItems } from "./notes.js";
import { selectBox } from "./selection.js";

const IN_WORDS = [
  [0.9, "Very likely right"],
  [0.75, "Likely right"],
  [0.5, "More likely right than not"],
  [0, "Doubtful"],
];

const SHOWN_AT_ONCE = 2;

/** What `/v1/ask` answered. `more` stands at its foot. */
export function answerPanel(answer, ...more) {
  if (answer.abstained) return abstention(answer, more);
  const shown = answer.written ? writtenBody(answer) : answer.sides.length > 0 ? sidesBody(answer) : plainBody(answer);
  const title = el("h2", { id: "answer-title", class: "label" }, headingOf(answer));
  return el(
    "section",
    { class: "answer", "aria-labelledby": "answer-title" },
    el("header", {}, title, answer.sides.length === 0 && sureness(answer.confidence)),
    shown,
    notesOn(answer),
    more,
  );
}

/** How the question was understood: which dates count more, say. */
function notesOn({ notes }) {
  return notes.length > 0 && el("ul", { class: "notes", "aria-label": "Notes on this answer" }, noteItems(notes));
}

/** What stands where an answer will, while it is sought. */
export function answerAwaited(...sentences) {
  return el(
    "section",
    { class: "answer awaited", "aria-busy": "true" },
    el("header", {}, el("h2", { class: "label" }, sentences.length > 0 ? "Writing an answer" : "Reading the passages")),
    sentences.length > 0
      ? sentences.map((sentence) => el("p", { class: "sentence", dir: "auto" }, sentence))
      : [el("div", { class: "bone wide" }), el("div", { class: "bone" }), el("div", { class: "bone narrow" })],
  );
}

function headingOf(answer) {
  if (answer.written) return `Written by ${answer.written.model} from the passages cited`;
  return answer.sides.length > 0 ? "The sources disagree" : "Answer";
}

/** How likely an answer is right, in words and in number. */
function sureness(confidence) {
  const [, words] = IN_WORDS.find(([least]) => confidence >= least);
  const title = "The estimated probability that this is what the archive says";
  return el("p", { class: "sureness", title }, `${words} · ${percent(confidence)}`);
}

/** As many digits as keep what is not certain from reading as certain. */
function percent(confidence) {
  const rounded = Math.round(confidence * 100);
  return rounded === 100 && confidence < 1 ? "over 99%" : `${rounded}%`;
}

function plainBody(answer) {
  const said =
    answer.items.length > 0
      ? el("ul", { class: "said items" }, answer.items.map((item) => el("li", { dir: "auto" }, item)))
      : el("p", { class: "said", dir: "auto" }, answer.answer);
  return [said, ...evidence(answer, places(answer))];
}

function sidesBody(answer) {
  return el(
    "div",
    { class: "sides" },
    answer.sides.map((side) =>
      el(
        "section",
        { class: "side-taken" },
        el("header", {}, el("h3", { class: "said", dir: "auto" }, side.answer), sureness(side.confidence)),
        evidence(answer, side.citations),
      ),
    ),
  );
}

function writtenBody(answer) {
  const { sentences, dropped } = answer.written;
  const numbered = grouped(answer, places(answer));
  const numberOf = (place) => 1 + numbered.findIndex((group) => group.places.includes(place));
  const shown = sentences.map(({ text, citations }) => {
    const numbers = [...new Set(citations.map(numberOf))];
    return el("p", { class: "sentence", dir: "auto" }, text, " ", numbers.map(reference));
  });
  return [
    el("div", { class: "written" }, shown),
    ...evidence(answer, places(answer), true),
    dropped.length > 0 && droppedOnes(dropped),
  ];
}

function reference(number) {
  return el("a", { href: `#cited-${number}`, class: "ref", "aria-label": `Citation ${number}` }, String(number));
}

function droppedOnes(dropped) {
  const said = "The model wrote these too; no cited passage bears them out, so they are no part of the answer.";
  return el(
    "details",
    { class: "dropped" },
    el("summary", {}, dropped.length === 1 ? "One sentence was dropped" : `${dropped.length} sentences were dropped`),
    el("p", { class: "fine" }, said),
    el(
      "ul",
      {},
      dropped.map(({ text, why }) => el("li", {}, el("s", { dir: "auto" }, text), el("span", { class: "why" }, why))),
    ),
  );
}

const places = (answer) => answer.citations.map((_, place) => place);

/** The places whose citation is one and the same sentence, together: a list may have several items from one. */
function grouped(answer, among) {
  const groups = new Map();
  for (const place of among) {
    const { locator } = answer.citations[place];
    groups.set(locator, [...(groups.get(locator) ?? []), place]);
  }
  return [...groups.values()].map((places) => ({ places }));
}

/** Every sentence that says it; behind the first ones they are folded away, unless a number leads to each. */
function evidence(answer, among, numbered = false) {
  const figures = figuresOf(answer, among, numbered);
  if (numbered || figures.length <= SHOWN_AT_ONCE + 1) return figures;
  const folded = figures.slice(SHOWN_AT_ONCE);
  const summary = el("summary", {}, `${folded.length} more sentences say so`);
  return [...figures.slice(0, SHOWN_AT_ONCE), el("details", { class: "more-evidence" }, summary, folded)];
}

function figuresOf(answer, among, numbered) {
  return grouped(answer, among).map(({ places: [first, ...rest] }, at) => {
    const citation = answer.citations[first];
    const supports = [first, ...rest].map((place) => answer.support[place]);
    const speakers = [...new Set(supports.map((support) => support.said_by).filter(Boolean))];
    return el(
      "figure",
      { class: "evidence", id: numbered && `cited-${at + 1}` },
      quote(citation, supports.map((support) => support.words)),
      el(
        "figcaption",
        {},
        speakers.length > 0 &&
          el("p", { class: "speaker" }, "As said by ", el("b", { dir: "auto" }, speakers.join(", "))),
        el(
          "p",
          { class: "source" },
          numbered && el("span", { class: "number" }, `${at + 1}`),
          el("a", { href: articleHref(citation, location.search), dir: "auto" }, titleOf(citation)),
        ),
        byline(citation),
        alsoPublished(supports[0].also_published_by),
        el("div", { class: "tools" }, selectBox(citation), citeButton(citation)),
      ),
    );
  });
}

function abstention(answer, more) {
  return el(
    "section",
    { class: "answer none", "aria-labelledby": "answer-title" },
    el("h2", { id: "answer-title" }, "Not found in this archive"),
    el("p", { class: "reason" }, `${answer.reason.charAt(0).toUpperCase()}${answer.reason.slice(1)}.`),
    notesOn(answer),
    answer.nearest.length > 0 && [
      el("h3", { class: "label" }, "Nearest passages, which do not answer it"),
      el("ol", { class: "nearest" }, answer.nearest.map(nearestItem)),
    ],
    answer.written && answer.written.dropped.length > 0 && droppedOnes(answer.written.dropped),
    more,
  );
}

function nearestItem({ citation, highlights }) {
  return el(
    "li",
    {},
    el("a", { href: articleHref(citation, location.search), dir: "auto" }, titleOf(citation)),
    byline(citation),
    quote(citation, highlights),
  );
}
