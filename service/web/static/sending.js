/** Files on their way into the archive: gathered, sent, and followed until they are in. upload.js shows them. */

import { Problem, key, request } from "./api.js";

export const READ = [".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".epub", ".xml", ".jsonl"];

const ADDRESS = "/v1/articles";
const FIRST_LOOK_MS = 200;
const LAST_LOOK_MS = 3_000;
const SLOWER = 1.5;
const MOST_LOST_LOOKS = 5;
const MOST_FILES = 50;
const ENVELOPE_BYTES = 1_000; // what a file's part of the body needs beside the file, at most

/** How many bytes of body the service takes; what it says when it refuses more is remembered. */
let mostBytes = 10_000_000;

/** The files as drops that each fit into one request; what can fit into none has failed already. */
export function batches(files) {
  const all = [];
  let bytes = Infinity;
  for (const file of files) {
    const size = file.size + ENVELOPE_BYTES;
    if (size > mostBytes) {
      const problem = `${mebi(file.size)} is too large: the service takes ${mebi(mostBytes)} at once`;
      all.push({ ...drop(), files: [file], state: "failed", errors: [{ file: file.name, detail: problem }] });
      bytes = Infinity;
      continue;
    }
    if (bytes + size > mostBytes || all.at(-1).files.length === MOST_FILES || named(all.at(-1), file.name)) {
      all.push(drop());
      bytes = 0;
    }
    all.at(-1).files.push(file);
    bytes += size;
  }
  return all;
}

function drop() {
  const progress = { files: 0, of: 0 };
  return { files: [], state: "waiting", sent: 0, progress, result: null, errors: [], problem: null };
}

const mebi = (bytes) => `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
/** Two files of one name, from two folders, go apart: an error names its file by nothing else. */
const named = (batch, name) => batch.files.some((file) => file.name === name);

/** The files that were dropped, those inside dropped folders included. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  return (await Promise.all(entries.map(within))).flat();
}

async function within(entry) {
  if (entry.isFile) return entry.name.startsWith(".") ? [] : [await new Promise((ok, no) => entry.file(ok, no))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((ok, no) => reader.readEntries(ok, no)); // a hundred at a time, then none
    if (!some.length) return files;
    for (const one of some) files.push(...(await within(one)));
  }
}

/** Sends a drop; where its job can be followed. Not by fetch, which does not tell how much of a body has gone out. */
export function sent(drop, draw) {
  const body = new FormData();
  for (const file of drop.files) body.append("file", file, file.name);
  const sending = new XMLHttpRequest();
  sending.open("POST", ADDRESS);
  sending.responseType = "json";
  if (key.get()) sending.setRequestHeader("Authorization", `Bearer ${key.get()}`);
  drop.state = "sending";
  sending.upload.addEventListener("progress", ({ loaded, total }) => {
    drop.sent = total ? loaded / total : 0;
    draw();
  });
  draw();
  return new Promise((resolve, reject) => {
    sending.addEventListener("load", () => {
      if (sending.status === 202) resolve(sending.getResponseHeader("Location") ?? `/v1/jobs/${sending.response.id}`);
      else reject(refusal(sending.status, sending.response ?? {}));
    });
    sending.addEventListener("error", () => {
      reject(new Problem(0, { detail: "The connection ended before all was sent. Is the service running?" }));
    });
    sending.send(body);
  });
}

function refusal(status, document) {
  const needed = "Adding articles needs a key that may write.";
  const refused = status === 401 || status === 403;
  return new Problem(status, refused ? { detail: key.get() ? "This key may not write." : needed } : document);
}

/** Looks at a drop's job, ever less often, until it is over. */
export async function followed(drop, place, draw) {
  let pause = FIRST_LOOK_MS;
  for (let lost = 0; ; ) {
    try {
      const job = await (await request(place)).json();
      const { state, progress, result, errors } = job;
      Object.assign(drop, { state, progress: progress ?? drop.progress, result, errors: errors ?? [] });
      lost = 0;
    } catch (error) {
      const passing = error.status === 0 || error.status === 429 || error.status === 503;
      if (!passing || ++lost > MOST_LOST_LOOKS) throw error;
      pause = LAST_LOOK_MS;
    }
    draw();
    if (drop.state === "done" || drop.state === "failed") return;
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * SLOWER, LAST_LOOK_MS);
  }
}
