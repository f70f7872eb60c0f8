/** Files on their way into the archive: gathered, sent, and followed until they are in. upload.js shows them. */

import { Problem, get, key } from "./api.js";

export const READ = [".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".epub", ".xml", ".jsonl"];

const ADDRESS = "/v1/articles";
const FIRST_LOOK_MS = 200;
const LAST_LOOK_MS = 3_000;
const SLOWER = 1.5;
const MOST_LOST_LOOKS = 5;
const MOST_FILES = 100;
const MOST_BYTES = 20_000_000; // of a request, unless one file has more: what is in can be found while others follow
const ENVELOPE_BYTES = 1_000; // of a request's body, beside a file and its name

/** Files, each {name, file}, as drops of one request each. What no request can hold has failed already. */
export async function dropsOf(files) {
  if (!files.length) throw new Error("there is no file in it");
  const most = await mostBytes();
  const drops = [];
  let bytes = Infinity;
  for (const one of files) {
    const size = one.file.size + ENVELOPE_BYTES;
    if (size > most) {
      const detail = `It has ${megabytes(one.file.size)}; the service takes ${megabytes(most)} at once.`;
      drops.push({ ...drop([one]), state: "failed", errors: [{ file: one.name, detail }] });
      bytes = Infinity;
      continue;
    }
    const last = drops.at(-1);
    const full = bytes + size > Math.min(most, MOST_BYTES) || last.files.length === MOST_FILES;
    if (full || last.files.some(({ name }) => name === one.name)) { // two of one name: an error is of which?
      drops.push(drop([one]));
      bytes = size;
    } else {
      last.files.push(one);
      bytes += size;
    }
  }
  return drops;
}

function drop(files) {
  const progress = { files: 0, of: files.length };
  return { files, state: "waiting", sent: 0, progress, waiting: null, result: null, errors: [], problem: null };
}

/** What stands for files that cannot be gathered. */
export function unreadable(error) {
  return { ...drop([]), state: "failed", problem: `What was dropped cannot be read: ${error.message}` };
}

async function mostBytes() {
  const offered = await get("/page/offers.json").catch(() => ({})); // sending will tell what is wrong, and better
  return offered.upload_bytes ?? Infinity;
}

const megabytes = (bytes) => `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;

/** The files that were dropped. Those of a folder are called by their path in it; hidden ones are left out. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return named([...transfer.files]);
  return (await Promise.all(entries.map(within))).flat();
}

export const named = (files) => files.map((file) => ({ name: file.name, file }));

async function within(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ name: entry.fullPath.replace(/^\/+/, ""), file }];
  }
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // some, then none
    if (!some.length) return files;
    for (const one of some) if (!one.name.startsWith(".")) files.push(...(await within(one)));
  }
}

/** Sends a drop; where its job can be followed. Not by fetch, which does not tell how much of a body has gone out. */
export function sent(drop, draw) {
  const body = new FormData();
  for (const { name, file } of drop.files) body.append("file", file, name);
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
      const job = await get(place);
      const { state, progress, waiting, result, errors } = job;
      Object.assign(drop, { state, progress, waiting, result, errors });
      lost = 0;
    } catch (error) {
      const passing = error.status === 0 || error.status === 429 || error.status === 503;
      if (!passing || ++lost > MOST_LOST_LOOKS) throw error;
      pause = Math.max(LAST_LOOK_MS, 1000 * (Number(error.retryAfter) || 0));
    }
    draw();
    if (drop.state === "done" || drop.state === "failed") return;
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * SLOWER, LAST_LOOK_MS);
  }
}
