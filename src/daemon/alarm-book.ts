import type { Alarm, AlarmFound } from "../view/alarms.js";
import { DAY_MS } from "../model/utc-day.js";

/** What has changed since the last update. */
export interface AlarmChanges {
  readonly begun: readonly Alarm[];
  /** Have lasted another whole day, so they are logged again. */
  readonly lasting: readonly Alarm[];
  readonly over: readonly Alarm[];
}

/** Remembers the standing alarms, so that each is logged when it begins, daily while it lasts, and when it ends. */
export class AlarmBook {
  readonly #standing = new Map<string, { readonly alarm: Alarm; readonly loggedMs: number }>();

  get standing(): readonly Alarm[] {
    return [...this.#standing.values()].map(({ alarm }) => alarm);
  }

  update(found: readonly AlarmFound[], nowMs: number): AlarmChanges {
    const over = this.#end(found);
    const [begun, lasting]: [Alarm[], Alarm[]] = [[], []];
    for (const one of found) {
      const known = this.#standing.get(keyOf(one));
      const alarm = { ...one, sinceMs: known?.alarm.sinceMs ?? nowMs };
      const isDayOld = known !== undefined && nowMs - known.loggedMs >= DAY_MS;
      if (known === undefined) begun.push(alarm);
      if (isDayOld) lasting.push(alarm);
      const loggedMs = known === undefined || isDayOld ? nowMs : known.loggedMs;
      this.#standing.set(keyOf(one), { alarm, loggedMs });
    }
    return { begun, lasting, over };
  }

  #end(found: readonly AlarmFound[]): readonly Alarm[] {
    const keys = new Set(found.map(keyOf));
    const over = [...this.#standing].filter(([key]) => !keys.has(key));
    for (const [key] of over) this.#standing.delete(key);
    return over.map(([, { alarm }]) => alarm);
  }
}

function keyOf({ kind, subject }: AlarmFound): string {
  return `${kind} ${subject}`;
}
