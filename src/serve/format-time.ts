import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { DAY_MS, HOUR_MS, isoTime } from "../model/utc-day.js";

const MINUTE_MS = 60_000;

/** A moment to the minute, in UTC. */
export function renderTime(ms: number): Html {
  const text = isoTime(ms);
  return html`<time datetime="${text}">${text.slice(0, 16).replace("T", " ")} UTC</time>`;
}

/** `3 d 4 h`, `5 h 12 min`, `40 s`: the two largest units that are not 0; never negative. */
export function spanText(ms: number): string {
  if (ms >= DAY_MS) return twoUnits(ms, [DAY_MS, "d"], [HOUR_MS, "h"]);
  if (ms >= HOUR_MS) return twoUnits(ms, [HOUR_MS, "h"], [MINUTE_MS, "min"]);
  if (ms >= MINUTE_MS) return twoUnits(ms, [MINUTE_MS, "min"], [1_000, "s"]);
  return `${Math.floor(Math.max(0, ms) / 1_000)} s`;
}

/** `21 November 2026` */
export function dayText(day: string): string {
  return `${Number(day.slice(8))} ${monthText(day)}`;
}

/** `November 2026`, of a day or of a month written `2026-11`. */
export function monthText(day: string): string {
  return `${MONTHS[Number(day.slice(5, 7)) - 1] ?? ""} ${day.slice(0, 4)}`;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Length in milliseconds, and its name. */
type Unit = readonly [number, string];

function twoUnits(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
