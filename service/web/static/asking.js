/** Questions: which queries are one, and how they are asked. */

import { post, Problem, request } from "./api.js";

const ASKING = ["who", "whom", "whose", "what", "which", "when", "where", "why", "how"];
const ASKING_WHETHER = "is are was were do does did has have had can could will would should may".split(" ");
const ASKS = new RegExp(`^(${[...ASKING, ...ASKING_WHETHER].join("|")})\\b`, "i");
const FEWEST_WORDS = 3;

/** Whether a query reads as a question, so that it is worth an answer before anybody presses Enter. */
export function looksLikeQuestion(query) {
  const words = query.trim().split(/\s+/);
  return /[?？؟]["”»]?$/.test(query.trim()) || (ASKS.test(query.trim()) && words.length >= FEWEST_WORDS);
}

/**
 * The answer to a question. Where a language model writes it, `told` hears of each `sentence` that holds and each that
 * was `dropped` as they come.
 */
export async function ask(body, signal, told) {
  if (!body.llm) return post("/v1/ask", body, signal);
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
  const response = await request("/v1/ask", { method: "POST", headers, body: JSON.stringify(body), signal });
  for await (const [name, shape] of events(response)) {
    if (name === "answer") return shape;
    if (name === "error") throw new Problem(shape.status, shape);
    told(name, shape);
  }
  throw new Problem(0, { title: "The answer broke off", detail: "The service stopped before it was whole. Ask again" });
}

/** Server-sent events as [name, shape]. Lines end in a line feed here, as this service writes them. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (held + value).split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block);
      const shape = /^data: (.*)$/m.exec(block);
      if (name && shape) yield [name[1], JSON.parse(shape[1])];
    }
  }
}
