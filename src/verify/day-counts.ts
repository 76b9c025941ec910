import { OTHER_NAMES, isIdentifier } from "../model/known-names.js";
import type { Completeness } from "../model/manifest.js";
import { eventField, fieldEnd, fieldStart } from "../bytes/page-scanner.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import type { UtcDay } from "../model/utc-day.js";
import { isoTime } from "../model/utc-day.js";
import { WINDOWS_PER_DAY, windowLabel } from "../model/window.js";
import type { WindowLabel } from "../model/window.js";
import { CreationTimes } from "./creation-time.js";
import { FieldTally, MAX_ACTIVITIES } from "./field-tally.js";

/** Bytes of the longest identifier, each character written as an escape. */
const MAX_WRITTEN_NAME = 600;

/** Counts the events of a day as they pass by. Its pages must have been scanned with `fields` as the visitor. */
export class DayCounts {
  readonly fields = new FieldTally();
  pages = 0;
  emptyPages = 0;
  delivered = 0;
  distinct = 0;
  exactDuplicates = 0;
  missingIds = 0;
  outsideWindow = 0;
  readonly byWindow = new Map<WindowLabel, number>();
  /** Events delivered in each window whose time lies in another hour; windows without one have no entry. */
  readonly straysByWindow = new Map<WindowLabel, number>();
  readonly byActivity = new Map<string, number>();
  readonly #times: CreationTimes;
  #window = windowLabel(0);
  /** The hour of the current window. */
  #hour = 0;
  /** Activities that are counted under their own name. */
  #listed = 0;

  constructor(day: UtcDay) {
    this.#times = new CreationTimes(day);
    for (let hour = 0; hour < WINDOWS_PER_DAY; hour++) this.byWindow.set(windowLabel(hour), 0);
  }

  takePage(window: WindowLabel, page: ScannedPage): void {
    this.#window = window;
    this.#hour = Number(window.slice(1));
    this.pages++;
    if (page.count === 0) this.emptyPages++;
    this.delivered += page.count;
    this.byWindow.set(window, (this.byWindow.get(window) ?? 0) + page.count);
  }

  /** Takes an event whose record line came before. */
  takeDuplicate(page: ScannedPage, index: number): void {
    this.exactDuplicates++;
    this.#takeHour(page, index);
    this.fields.takeBack(page, index);
  }

  /** Takes an event whose record line is new. */
  takeRecord(page: ScannedPage, index: number, hasId: boolean): void {
    this.distinct++;
    if (!hasId) this.missingIds++;
    const hour = this.#takeHour(page, index);
    if (hour === undefined || hour < 0 || hour >= WINDOWS_PER_DAY) this.outsideWindow++;
    const activity = this.#activityOf(page, index);
    this.byActivity.set(activity, (this.byActivity.get(activity) ?? 0) + 1);
  }

  /** The hour of an event; without a time it has none, and strays from none. */
  #takeHour(page: ScannedPage, index: number): number | undefined {
    const hour = this.#times.takeHour(page, index);
    if (hour !== undefined && hour !== this.#hour) {
      this.straysByWindow.set(this.#window, (this.straysByWindow.get(this.#window) ?? 0) + 1);
    }
    return hour;
  }

  /** The Activity as it is counted: a manifest must stay small, whatever the source calls its activities. */
  #activityOf(page: ScannedPage, index: number): string {
    const written = fieldEnd(page, index, "Activity") - fieldStart(page, index, "Activity");
    if (written > MAX_WRITTEN_NAME) return OTHER_NAMES;
    const name = eventField(page, index, "Activity") ?? "";
    if (name === "" || this.byActivity.has(name)) return name;
    if (!isIdentifier(name) || this.#listed === MAX_ACTIVITIES) return OTHER_NAMES;
    this.#listed++;
    return name;
  }

  completeness(conflictingIds: number): Completeness {
    const { firstMs, lastMs } = this.#times;
    return {
      pages: this.pages,
      empty_pages: this.emptyPages,
      delivered: this.delivered,
      distinct: this.distinct,
      exact_duplicates: this.exactDuplicates,
      conflicting_ids: conflictingIds,
      missing_ids: this.missingIds,
      outside_window: this.outsideWindow,
      carried: 0,
      first_creation_time: firstMs <= lastMs ? isoTime(firstMs) : null,
      last_creation_time: firstMs <= lastMs ? isoTime(lastMs) : null,
      by_hour: Object.fromEntries(this.byWindow),
      stray_by_hour: Object.fromEntries(this.straysByWindow),
      by_activity: Object.fromEntries([...this.byActivity].toSorted(byName)),
      ...this.fields.counts(),
    };
  }
}

/** By code unit: the order must not depend on a locale. */
function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : Number(one > other);
}
