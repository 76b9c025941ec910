import { creationTimeMicros } from "../model/creation-time.js";

/** A record line as parsed. */
export type Event = Readonly<Record<string, unknown>>;

/** Microseconds since the epoch, both included. */
export interface InstantRange {
  readonly fromMicros: number;
  readonly toMicros: number;
}

/** Which events are wanted; an empty list wants all. */
export interface EventFilter {
  readonly range: InstantRange;
  /** Values of `Activity`, compared without regard to ASCII case, as the source's own filter does. */
  readonly activities: readonly string[];
  /** Values of `UserId`, compared after NFC normalisation and without regard to case. */
  readonly users: readonly string[];
  /** Values of `WorkspaceId` or `WorkSpaceName`, compared without regard to case. */
  readonly workspaces: readonly string[];
}

/** A filter made ready for many events. */
export class EventMatch {
  readonly #range: InstantRange;
  readonly #activities: ReadonlySet<string>;
  readonly #users: ReadonlySet<string>;
  readonly #workspaces: ReadonlySet<string>;

  constructor({ range, activities, users, workspaces }: EventFilter) {
    this.#range = range;
    this.#activities = new Set(activities.map(lowerAscii));
    this.#users = new Set(users.map(folded));
    this.#workspaces = new Set(workspaces.map(folded));
  }

  /** Whether every event of a day is wanted whose first and last time are these: then no line has to be parsed. */
  wantsAllWithin({ fromMicros, toMicros }: InstantRange): boolean {
    const isFiltered = this.#activities.size + this.#users.size + this.#workspaces.size > 0;
    return !isFiltered && fromMicros >= this.#range.fromMicros && toMicros <= this.#range.toMicros;
  }

  /** `day` is the archive's day: it decides for an event without a time, which is wanted when the day lies within the range. */
  wants(event: Event, day: InstantRange): boolean {
    return this.#isInRange(event["CreationTime"], day) && this.#isNamed(event);
  }

  #isInRange(time: unknown, day: InstantRange): boolean {
    const { fromMicros, toMicros } = this.#range;
    const micros = typeof time === "string" ? creationTimeMicros(time) : undefined;
    if (micros === undefined) return day.fromMicros >= fromMicros && day.toMicros <= toMicros;
    return micros >= fromMicros && micros <= toMicros;
  }

  #isNamed(event: Event): boolean {
    return (
      isAmong(this.#activities, event["Activity"], lowerAscii) &&
      isAmong(this.#users, event["UserId"], folded) &&
      (isAmong(this.#workspaces, event["WorkspaceId"], folded) ||
        isAmong(this.#workspaces, event["WorkSpaceName"], folded))
    );
  }
}

function isAmong(wanted: ReadonlySet<string>, value: unknown, form: (text: string) => string): boolean {
  return wanted.size === 0 || (typeof value === "string" && wanted.has(form(value)));
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function folded(text: string): string {
  // By way of capitals, so that ß and SS are the same, as in Unicode's case folding.
  return text.normalize("NFC").toUpperCase().toLowerCase();
}
