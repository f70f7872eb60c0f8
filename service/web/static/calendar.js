/** Reckoning with dates as exactly as they are known: "2015", "2015-03", "2015-03-14". No time zone comes into it. */

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const DAY_MS = 86_400_000;
const MONTH = { year: "numeric", month: "short", timeZone: "UTC" };

/** Days from 1970-01-01. Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999. */
function dayNumber(year, month, day) {
  return new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
}

/** [year], [year, month] or [year, month, day]; null where the calendar has no such date. */
export function parse(text) {
  const found = FORM.exec((text ?? "").trim());
  if (!found) return null;
  const [year, month, day] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (year < 1 || month < 1 || month > 12) return null;
  if (day !== undefined && (day < 1 || day > dayNumber(year, month + 1, 1) - dayNumber(year, month, 1))) return null;
  return [year, month, day].filter((part) => part !== undefined);
}

/** The parts as text: write([2015, 3]) is "2015-03". */
export function write(parts) {
  return parts.map((part, at) => String(part).padStart(at ? 2 : 4, "0")).join("-");
}

/** [first, end): the days, counted from 1970, that a date may mean. */
export function days(text) {
  const [year, month, day] = parse(text);
  if (day) return [dayNumber(year, month, day), dayNumber(year, month, day + 1)];
  if (month) return [dayNumber(year, month, 1), dayNumber(year, month + 1, 1)];
  return [dayNumber(year, 1, 1), dayNumber(year + 1, 1, 1)];
}

/** The number of a year, or of a month counted from the year 0, for labels that fall on round ones. */
export function ordinal(text) {
  const [year, month] = parse(text);
  return month === undefined ? year : year * 12 + month - 1;
}

/** The date so many years, months or days later, whichever the date is exact to; null outside the years 1 to 9999. */
export function later(text, by) {
  const parts = parse(text);
  if (parts.length === 1) {
    parts[0] += by;
  } else if (parts.length === 2) {
    const months = parts[0] * 12 + parts[1] - 1 + by;
    parts.splice(0, 2, Math.floor(months / 12), (months % 12) + 1);
  } else {
    const date = new Date((days(text)[0] + by) * DAY_MS);
    parts.splice(0, 3, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  }
  return parts[0] >= 1 && parts[0] <= 9999 ? write(parts) : null;
}

/** People say the last day that counts, the service the first that does not: "to 2015" is before "2016". */
export const beforeOf = (to) => later(to, 1);
export const toOf = (before) => later(before, -1);

/** The date as people write it where there is little room: "14 Mar 2015". What is no date stays as it is. */
export function spoken(text) {
  const parts = parse(text);
  if (!parts) return text;
  if (parts.length === 1) return String(parts[0]);
  const style = parts.length === 3 ? { ...MONTH, day: "numeric" } : MONTH;
  return new Intl.DateTimeFormat("en-GB", style).format(new Date(days(text)[0] * DAY_MS));
}
