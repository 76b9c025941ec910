import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { isoTime } from "../model/utc-day.js";

/** A moment as a table's cell shows it, below a head that says UTC: `2026-11-22 09:00:00`, never broken into two lines. */
export function timeCell(time: string | number): Html {
  const iso = typeof time === "number" ? isoTime(time) : time;
  return html`<time datetime="${iso}">${plainTime(iso)}</time>`;
}

/** The same in a sentence: `2026-11-22 09:00:00 UTC`. */
export function utcText(iso: string): string {
  return `${plainTime(iso)} UTC`;
}

function plainTime(iso: string): string {
  return iso.slice(0, 19).replace("T", " ");
}
