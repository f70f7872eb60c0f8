/** Publication dates, which are as exact as their source states them and no more. */

import { el } from "./dom.js";

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** The date in words: "30 July 2019", "July 2019", "2019". */
function spelled(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return [day, MONTHS[month - 1], year].filter(Boolean).join(" ");
}

/** The date as an element; what is not known of it is said when it is pointed at. */
export function time(iso) {
  const unknown = { 4: "The source states the year alone", 7: "The source states no day" }[iso.length];
  return el("time", { datetime: iso, title: unknown }, spelled(iso));
}
