/** The conditions that a search is under, as the page's address holds them and as people read them. */

import { parse, spoken, toOf } from "./calendar.js";

const NAMES = ["publisher", "author", "language", "article", "after", "before"];

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** The conditions in force, [name, value] each, in the order of NAMES. */
export function inForce(state) {
  return NAMES.flatMap((name) => valuesOf(state, name).map((value) => [name, value]));
}

/** What a state asks of a name; an empty parameter asks nothing. */
export function valuesOf(state, name) {
  return [...new Set(state.getAll(name).filter(Boolean))];
}

/** The state with other values for some names: a list, one value, or null for none. */
export function having(state, values) {
  const next = new URLSearchParams(state);
  for (const [name, value] of Object.entries(values)) {
    next.delete(name);
    for (const one of [value].flat()) if (one) next.append(name, one);
  }
  return next;
}

/** The state without one condition, or without any. */
export function without(state, name = null, value = null) {
  if (name === null) return having(state, Object.fromEntries(NAMES.map((each) => [each, null])));
  return having(state, { [name]: valuesOf(state, name).filter((one) => one !== value) });
}

/** The state as the body of a request, without the conditions of some names. */
export function bodyOf(state, ...leftOut) {
  const body = { query: state.get("q")?.trim() || null };
  for (const name of NAMES.filter((each) => !leftOut.includes(each))) {
    const values = valuesOf(state, name);
    if (values.length) body[name] = name === "after" || name === "before" ? values[0] : values;
  }
  return body;
}

/** A condition as [what it is of, what it says]: ["To", "2015"] for before=2016. */
export function inWords(name, value) {
  if (name === "after") return ["From", spoken(value)];
  if (name === "before") return parse(value) && toOf(value) ? ["To", spoken(toOf(value))] : ["Before", value];
  if (name === "language") return ["Language", languageName(value)];
  return [name[0].toUpperCase() + name.slice(1), value];
}

export function languageName(code) {
  try {
    return LANGUAGES.of(code);
  } catch {
    return code; // what an article says of its language need not be a code
  }
}
