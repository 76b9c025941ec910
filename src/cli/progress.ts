import type { Clock } from "../io/clock.js";
import type { DayTask } from "../model/reading.js";
import type { UtcDay } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { PassProgress, ReadingStep } from "../pass/progress.js";
import type { DayResult } from "../pipeline.js";
import type { Terminal } from "./command.js";

const REDRAW_MS = 100;

/** Draws the line again in which a person sees how work goes on; without one it is taken off. Nothing where nobody looks. */
export function redraw(terminal: Terminal, line = ""): void {
  if (terminal.isTTY) terminal.write(`\r\u001b[2K${line}`);
}

/** Progress for a person: one line that is drawn again while a day is read, and a lasting line for each day that ended. */
export class TerminalProgress implements PassProgress {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #total = 0;
  #done = 0;
  #startedMs = 0;
  #drawnMs = 0;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  planned(tenant: string, tasks: readonly DayTask[]): void {
    this.#total = tasks.length;
    this.#done = 0;
    this.#startedMs = this.#clock.now();
    if (tasks.length > 0)
      this.#lasting(`${tenant}: ${count(tasks.length, "day")} to read, ${tasks[0]?.day} first`);
  }

  reading(tenant: string, day: UtcDay, step: ReadingStep): void {
    const now = this.#clock.now();
    if (!this.#terminal.isTTY || now - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = now;
    // The most wanted first: what does not fit on a narrow terminal is left out whole.
    const parts = [
      this.#timeToGo(step.windowsDone, now),
      day,
      `day ${this.#done + 1} of ${this.#total}`,
      tenant,
      `${step.windowsDone}/${WINDOWS_PER_DAY} windows`,
      count(step.events, "event"),
      `${step.requestsLeft} requests left`,
    ];
    this.#redraw(fitting(parts, this.#terminal.columns));
  }

  ended(tenant: string, day: UtcDay, result: DayResult): void {
    this.#done += 1;
    this.#lasting(`${tenant} ${day}  ${describeResult(result)}`);
  }

  note(tenant: string, text: string): void {
    if (this.#terminal.isTTY) this.#redraw(`${tenant}: ${text}`);
    else this.#lasting(`${tenant}: ${text}`);
  }

  /** Takes the line that is drawn again off the terminal. */
  close(): void {
    redraw(this.#terminal);
  }

  #redraw(line: string): void {
    redraw(this.#terminal, line.slice(0, this.#terminal.columns - 1));
  }

  #lasting(line: string): void {
    this.#terminal.write(`${this.#terminal.isTTY ? "\r\u001b[2K" : ""}${line}\n`);
  }

  #timeToGo(windowsDone: number, now: number): string {
    const days = this.#done + windowsDone / WINDOWS_PER_DAY;
    const share = days / this.#total;
    const minutes = ((now - this.#startedMs) / share - (now - this.#startedMs)) / 60_000;
    // Too little to reckon from: a fiftieth of a short work, a quarter of a day of a long one.
    if (share < 0.02 && days < 0.25) return "";
    if (minutes < 1) return "under a minute to go";
    return `about ${minutes < 120 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`} to go`;
  }
}

/** As many of the parts as fit on a line. */
function fitting(parts: readonly string[], columns: number): string {
  return parts.reduce((line, part) => {
    if (part === "") return line;
    const longer = line === "" ? part : `${line}  ${part}`;
    return line === "" || longer.length < columns ? longer : line;
  }, "");
}

/** A day's result in a few words. */
function describeResult(result: DayResult): string {
  switch (result.kind) {
    case "sealed": {
      const late = result.revision > 1 ? `, ${result.added} new` : "";
      return `sealed r${String(result.revision).padStart(4, "0")}  ${count(result.records, "event")}${late}${fewer(result)}`;
    }
    case "rechecked":
      return `unchanged since r${String(result.revision).padStart(4, "0")}${fewer(result)}`;
    case "failed":
      return `NOT sealed: ${result.message} (${result.code})`;
    default:
      return result satisfies never;
  }
}

function fewer({ missing }: { readonly missing: number }): string {
  return missing === 0 ? "" : `, ${missing} no longer given and kept`;
}

/** `1 event`, `3,012 events`, `2 entries` */
export function count(number: number, word: string): string {
  const many = `${word.replace(/(?<=[^aeiou])y$/, "ie")}s`;
  return `${number.toLocaleString("en")} ${number === 1 ? word : many}`;
}
