/** The bars of a histogram of dates: how fine they are, and what each counts. */

import { later, parse, write } from "./calendar.js";

const MOST_MONTHS = 36;
const MOST_YEARS = 120;
const LONGEST_BY_MONTH = 4; // years, the first and the last of which may be begun

/**
 * The bars, without gaps: [{from, to, count}], `from` and `to` inclusive. By month where that makes few enough, else by
 * year, decade or century. `years` and `months` are [{value, count}], as /v1/facets counts them.
 */
export function barsOf(years, months) {
  if (!years.length) return [];
  const yearly = between(years.map(({ value }) => value));
  if (yearly.length <= LONGEST_BY_MONTH && 2 * total(months) >= total(years)) {
    const monthly = between(months.map(({ value }) => value));
    if (monthly.length <= MOST_MONTHS) return singly(monthly, months);
  }
  if (yearly.length <= MOST_YEARS) return singly(yearly, years);
  return together(yearly, years, yearly.length <= 10 * MOST_YEARS ? 10 : 100);
}

const total = (counts) => counts.reduce((sum, { count }) => sum + count, 0);

/** Every month or year from the first to the last of the values. */
function between(values) {
  const [first, last] = [values.reduce((a, b) => (a < b ? a : b)), values.reduce((a, b) => (a > b ? a : b))];
  const all = [];
  for (let at = first; at !== null && at <= last; at = later(at, 1)) all.push(at);
  return all;
}

function singly(values, counts) {
  const of = new Map(counts.map(({ value, count }) => [value, count]));
  return values.map((value) => ({ from: value, to: value, count: of.get(value) ?? 0 }));
}

function together(yearly, counts, width) {
  const startOf = (year) => Math.floor(parse(year)[0] / width) * width;
  const bars = new Map();
  for (const year of yearly) {
    const start = startOf(year);
    const [from, to] = [Math.max(start, 1), Math.min(start + width - 1, 9999)].map((end) => write([end]));
    bars.set(start, { from, to, count: 0 });
  }
  for (const { value, count } of counts) bars.get(startOf(value)).count += count;
  return [...bars.values()];
}
