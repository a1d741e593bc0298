// Numbers, sizes and times as a person of the language reads them.

import { LANGUAGES } from "./strings.js";

const KIB = 1024;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const DAY_MS = 86_400_000;

/** Nothing known. */
export const NONE = "–";

export function number(value, language, digits = 0) {
  return value === null || value === undefined ? NONE : new Intl.NumberFormat(LANGUAGES[language].clock, { maximumFractionDigits: digits }).format(value);
}

/** Bytes, in the unit that keeps it short. */
export function bytes(value, language) {
  if (value === null || value === undefined) return NONE;
  const step = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(value) / Math.log(KIB)));
  const amount = value / KIB ** step;
  return `${number(amount, language, amount < 10 && step > 0 ? 1 : 0)} ${UNITS[step]}`;
}

/** A share of 0..1 in per cent. */
export function percent(share, language) {
  return Number.isFinite(share) ? `${number(share * 100, language)} %` : NONE;
}

/** Milliseconds: `640 ms`, `1.4 s`. */
export function milliseconds(value, language) {
  if (value === null || value === undefined) return NONE;
  if (value > 0 && value < 1) return "< 1 ms";
  return value < 1000 ? `${number(value, language)} ms` : `${number(value / 1000, language, 1)} s`;
}

/** Seconds in the two largest units: `3 d 4 h`. */
export function duration(seconds, units) {
  const parts = [
    [86_400, units.d],
    [3_600, units.h],
    [60, units.min],
    [1, units.s],
  ];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first < 0) return `0 ${units.s}`;
  const [size, name] = parts[first];
  const next = parts[first + 1];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return `${Math.floor(seconds / size)} ${name}${rest > 0 ? ` ${rest} ${next[1]}` : ""}`;
}

/** A moment: today the time alone, else date and time. */
export function moment(at, language) {
  if (!at) return NONE;
  const when = new Date(at);
  const isToday = when.toDateString() === new Date().toDateString();
  return when.toLocaleString(
    LANGUAGES[language].clock,
    isToday ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  );
}

export function exactTime(at, language) {
  return new Date(at).toLocaleTimeString(LANGUAGES[language].clock, { hour12: false });
}

export function day(at, language) {
  return at ? new Date(at).toLocaleDateString(LANGUAGES[language].clock, { day: "numeric", month: "short", year: "numeric" }) : NONE;
}

/** Whole days from now until `at`; negative when it is past. */
export function daysUntil(at) {
  return Math.ceil((new Date(at) - Date.now()) / DAY_MS);
}
