import { recordsOf } from "../archive/sealed-package.js";
import type { HeldDay } from "../audit/coverage.js";
import type { DayRecord } from "../ledger/day-index.js";
import type { DayState } from "../model/day-state.js";
import type { Manifest } from "../model/manifest.js";
import { oddityCodes } from "../view/oddities.js";

/** What coverage and reports say of a day; undefined for one of which nothing is known. */
export async function heldDay(
  record: DayRecord | undefined,
  state: DayState,
  manifestOf: (revision: number) => Promise<Manifest>,
): Promise<HeldDay | undefined> {
  if (record?.lost !== undefined) return { explanation: record.lost.reason };
  const newest = record?.revisions.at(-1);
  if (record?.disposing !== undefined) return { explanation: `under plan ${record.disposing.plan}` };
  if (newest === undefined)
    return state === "lost" ? { explanation: "passed the horizon unread" } : undefined;
  const manifest = await manifestOf(newest.revision);
  const oddities = oddityCodes(record);
  return {
    revision: newest.revision,
    events: recordsOf(manifest),
    reason: manifest.reason,
    ...(oddities === undefined ? {} : { oddities }),
  };
}
