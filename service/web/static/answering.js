/** When an answer is sought for a search, and what stands in its place meanwhile. */

import { announce } from "./announce.js";
import { answerAwaited, answerPanel } from "./answer.js";
import { get } from "./api.js";
import { ask, looksLikeQuestion } from "./asking.js";
import { el, fill } from "./dom.js";
import { problemPanel } from "./keyform.js";

let offered = null;

/** What this server can be asked for; asked again after a failure. */
async function offers() {
  offered ??= get("/page/offers.json");
  try {
    return await offered;
  } catch (problem) {
    offered = null;
    throw problem;
  }
}

/**
 * Fills `place` with the answer to what is `wanted`, begun after a `pause` in milliseconds: then nobody has pressed
 * Enter, and only what reads as a question is asked. An answer to an earlier question goes at once, as it answers no
 * other. `passages` are what the search of it finds, null where that fails: its problem is told once, there.
 */
export async function answerInto(place, wanted, { signal, pause, passages }) {
  const asks = looksLikeQuestion(wanted.query);
  try {
    const { answers, writes } = await offers();
    if (signal.aborted) return;
    if (!wanted.query || !answers || (pause && !asks)) return void fill(place);
    if (!asks) fill(place, el("p", { class: "asked-too" }, "Looking for an answer in the passages…"));
    else if (!place.querySelector(".awaited")) fill(place, answerAwaited());
    await passed(pause, signal);
    const answer = await ask(bodyOf(wanted, writes), signal, teller(place, signal));
    const told = (await passages)?.notes ?? []; // those of the search stand above its passages already
    if (signal.aborted) return;
    answer.notes = answer.notes.filter((note) => !told.includes(note));
    const quiet = answer.abstained && !asks && !answer.written;
    fill(place, quiet ? aside() : answerPanel(answer, answer.abstained ? null : offer(wanted, writes)));
    announce(answer.abstained ? "Not found in this archive" : `Answer: ${answer.answer}`);
  } catch (problem) {
    if (signal.aborted) return;
    const shown = await passages;
    fill(place, shown && problemPanel(problem, () => answerInto(place, wanted, { signal, pause: 0, passages })));
  }
}

function bodyOf({ query, limits, written }, writes) {
  return { question: query, llm: written && writes, ...limits };
}

/** Shows the sentences that hold as a language model writes them. */
function teller(place, signal) {
  const sentences = [];
  return (name, shape) => {
    if (name !== "sentence" || signal.aborted) return;
    sentences.push(shape.text);
    fill(place, answerAwaited(...sentences));
  };
}

/** The way to an answer in a language model's words, or back from one; null where there is no model. */
function offer({ state, written }, writes) {
  if (!writes) return null;
  const next = new URLSearchParams(state);
  if (written) next.delete("written");
  else next.set("written", "");
  const says = written ? "Show the articles' own words" : "Have a language model write it out";
  return el("p", { class: "offer" }, el("a", { href: `/?${next}` }, says));
}

function aside() {
  return el("p", { class: "asked-too" }, "No passage answers this as a question; these are nearest to it.");
}

function passed(milliseconds, signal) {
  if (!milliseconds) return undefined;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
