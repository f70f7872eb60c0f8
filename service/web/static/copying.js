/** Text out of the page: to the clipboard, or into a file. */

import { el } from "./dom.js";

/**
 * Puts the text that a promise gives on the clipboard. Where the browser refuses, the text is shown selected, to be
 * copied by hand, and the answer is false.
 */
export async function copy(promised) {
  try {
    // The promise itself: a browser that allows copying only right after a click counts from now, not from the text.
    const item = promised.then((text) => new Blob([text], { type: "text/plain" }));
    item.catch(() => {}); // told below, of the promise itself
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": item })]);
    return true;
  } catch {
    const text = await promised; // what went wrong there is told before what went wrong here
    return copyBySelection(text) || showToCopy(text);
  }
}

/** How one copied before there was a clipboard for scripts; over plain http there still is none. */
function copyBySelection(text) {
  const area = el("textarea", { class: "unseen", readonly: true });
  const focused = document.activeElement;
  area.value = text;
  (focused?.closest("dialog") ?? document.body).append(area); // outside an open dialog nothing can be selected
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}

function showToCopy(text) {
  const area = el("textarea", { readonly: true, rows: 10, "aria-label": "Text to copy" });
  area.value = text;
  const dialog = el(
    "dialog",
    { class: "by-hand", onclose: () => dialog.remove() },
    el("p", {}, "This browser lets no page copy here. The text is selected: copy it with Ctrl+C or ⌘C."),
    area,
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  );
  document.body.append(dialog);
  dialog.showModal();
  area.select();
  return false;
}

/** Offers a text as a file. */
export function download(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = el("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the download reads it after the click
}
