/** What went wrong, in the service's own words, and the form for an access key where one is asked for. */

import { key } from "./api.js";
import { el } from "./dom.js";

/**
 * A problem as something to read and act on; `again` repeats what failed, with a key once there is one. The heading is
 * the service's, whose words fit every program, where the page has no better one.
 */
export function problemPanel(problem, again, heading = problem.document?.title ?? "Something went wrong") {
  if (problem.status === 401) return keyForm(again);
  const { errors = [], request_id: named } = problem.document ?? {};
  const passing = problem.status === 0 || problem.status === 429 || problem.status >= 500;
  return el(
    "section",
    { class: "notice problem", role: "alert" },
    el("h2", {}, heading),
    el("p", {}, sentence(problem.message)),
    errors.length > 1 && el("ul", {}, errors.map(misfit)),
    problem.retryAfter && el("p", {}, `Try again in ${spoken(problem.retryAfter)}.`),
    passing && el("p", {}, el("button", { type: "button", onclick: again }, "Try again")),
    named && el("p", { class: "fine" }, `Request ${named}`),
  );
}

function misfit({ parameter, pointer, detail }) {
  return el("li", {}, `${parameter ?? pointer}: ${detail}`);
}

/** The form that asks for a key. It is kept for this tab, and sent to this service only. */
function keyForm(again) {
  const refused = key.get() !== null;
  const input = el("input", { type: "password", id: "key", autocomplete: "off", required: true });
  const given = (event) => {
    event.preventDefault();
    key.set(input.value.trim());
    keyChanged();
    again();
  };
  return el(
    "section",
    { class: "notice key", "aria-labelledby": "key-title" },
    el("h2", { id: "key-title" }, "An access key is needed"),
    el("p", {}, "This archive is open to those who have a key. Whoever runs it gives them out."),
    refused &&
      el("p", { class: "refused", role: "alert" }, "The key that you gave does not hold here, or no longer does."),
    el(
      "form",
      { class: "keyform", onsubmit: given },
      el("label", { for: "key" }, "Access key"),
      el("div", { class: "row" }, input, el("button", { type: "submit", class: "primary" }, "Use this key")),
      el("p", { class: "fine" }, "It is kept until this tab is closed."),
    ),
  );
}

/** A button that forgets the key; hidden where there is none. */
export function keyControl(again) {
  const forget = () => {
    key.set(null);
    keyChanged();
    again();
  };
  const attributes = { type: "button", class: "plain", id: "forget-key", hidden: key.get() === null, onclick: forget };
  return el("button", attributes, "Forget the access key");
}

function keyChanged() {
  document.getElementById("forget-key").hidden = key.get() === null;
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

function spoken(retryAfter) {
  const seconds = Number(retryAfter);
  if (!Number.isFinite(seconds)) return retryAfter;
  if (seconds < 90) return seconds === 1 ? "a second" : `${seconds} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}
