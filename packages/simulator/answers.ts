import { DAY_MS, isoTime } from "../../src/model/utc-day.js";
import type { Answer } from "./faults.js";

export function jsonAnswer(
  status: number,
  body: object | readonly Uint8Array[],
  headers: Answer["headers"] = {},
): Answer {
  const parts = isParts(body) ? body : [Buffer.from(JSON.stringify(body))];
  return { status, headers: { "content-type": JSON_TYPE, ...headers }, body: parts };
}

export const JSON_TYPE = "application/json; charset=utf-8";

export function badRequest(message: string): Answer {
  return jsonAnswer(400, { error: { code: "BadRequest", message } });
}

/** What days beyond the horizon, and days that differ, are answered with: no word of why. */
export function emptyBadRequest(): Answer {
  return { status: 400, headers: {}, body: [] };
}

/** `Sun, 22 Nov 2026 17:30:00 GMT` */
export function httpDate(ms: number): string {
  const iso = isoTime(ms);
  const weekday = WEEKDAYS[Math.floor(ms / DAY_MS) % 7] ?? "";
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? "";
  return `${weekday}, ${iso.slice(8, 10)} ${month} ${iso.slice(0, 4)} ${iso.slice(11, 19)} GMT`;
}

// 1970-01-01 was a Thursday.
const WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function isParts(body: object): body is readonly Uint8Array[] {
  return Array.isArray(body);
}
