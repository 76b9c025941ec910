import { join } from "node:path";
import { recordsOf } from "../archive/sealed-package.js";
import type { HeldTenant } from "../compose/read-only-tenant.js";
import type { Tenant } from "../compose/tenant-parts.js";
import type { OpenedView } from "../deliver/opened-sinks.js";
import { isDaybookError } from "../model/errors.js";
import { isInRange } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { SortedLines } from "../verify/sorted-lines.js";
import type { Surroundings } from "./command.js";
import { lookAt } from "./held.js";
import { count } from "./progress.js";

/** How a view sink holds a day: its records counted and their set hashed, as the manifest has both. */
export interface ViewDay {
  readonly day: UtcDay;
  readonly revision: number;
  readonly result: "as sealed" | "behind" | "differs" | "missing";
  readonly found: string;
  readonly expected: string;
}

/** The days of one view sink; `problem` where it did not answer. */
export interface ViewResult {
  readonly place: string;
  readonly days: readonly ViewDay[];
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Reads every delivered day back from each view sink of the tenant, and compares it with the archive. */
export async function verifyViews(
  tenant: Tenant,
  asked: Partial<DayRange>,
  surroundings: Surroundings,
): Promise<readonly ViewResult[]> {
  return lookAt(tenant, surroundings, async ({ held }) => {
    if (held === undefined) return [];
    await using sinks = tenant.openSinks();
    const results: ViewResult[] = [];
    for (const view of sinks.views()) {
      const place = `${tenant.name} in ${view.name}`;
      const days: ViewDay[] = [];
      try {
        for (const day of deliveredDays(held, tenant, view.name, asked))
          days.push(await checkDay(held, view, day, surroundings));
        results.push({ place, days });
      } catch (error) {
        surroundings.signal.throwIfAborted();
        if (!isDaybookError(error) || error.area !== "sink") throw error;
        results.push({ place, days, problem: { code: error.code, message: error.message } });
      }
    }
    return results;
  });
}

/** A day that is destroyed, or past the sink's own `keep`, is not to be there. */
function deliveredDays(
  { index }: HeldTenant,
  { queues }: Tenant,
  sink: string,
  asked: Partial<DayRange>,
): readonly UtcDay[] {
  const queue = queues.find(({ name }) => name === sink);
  return [...index.days.values()]
    .filter(({ deliveries, disposing }) => deliveries.has(sink) && disposing === undefined)
    .map(({ day }) => day)
    .filter((day) => isInRange(day, asked))
    .filter((day) => queue?.kind !== "view" || !queue.isExpired(day))
    .toSorted();
}

async function checkDay(
  held: HeldTenant,
  { name, sink }: OpenedView,
  day: UtcDay,
  { files, env, signal }: Surroundings,
): Promise<ViewDay> {
  const record = held.record(day);
  const revision = record?.revisions.length ?? 0;
  const manifest = await held.manifest(day, revision);
  const expected = `${recordsOf(manifest)} records, set ${manifest.event_set_sha256}`;
  // What is on its way to the sink is no damage there.
  if (record?.deliveries.get(name)?.revision !== revision)
    return { day, revision, result: "behind", found: "an earlier revision", expected };
  const folder = join(env["TMPDIR"] ?? "/tmp", `daybook-verify-${process.pid}-${name}`);
  const set = new SortedLines({ files, folder });
  try {
    for await (const line of sink.read(day, signal)) await set.add(Buffer.from(`${line}\n`));
    const lines = set.lines;
    const found = `${lines} records, set ${await set.sha256()}`;
    return { day, revision, result: found === expected ? "as sealed" : "differs", found, expected };
  } catch (error) {
    if (!isDaybookError(error, "SINK_NOT_FOUND")) throw error;
    return { day, revision, result: "missing", found: "nothing", expected };
  } finally {
    await set.discard();
  }
}

export function isViewWhole({ days }: ViewResult): boolean {
  return days.every(({ result }) => result === "as sealed" || result === "behind");
}

export function viewText(view: ViewResult): string {
  const { place, days, problem } = view;
  const behind = days.filter(({ result }) => result === "behind");
  const wrong = days.filter(({ result }) => result === "differs" || result === "missing");
  const verdict = problem === undefined ? (isViewWhole(view) ? "whole" : "DAMAGED") : "NOT CHECKED";
  return [
    `${place}: ${verdict}; ${count(days.length - behind.length, "day")} compared by count and event set`,
    ...behind.map(({ day, revision }) => `  not delivered yet: ${day} revision ${revision}`),
    ...wrong.map(
      ({ day, result, found, expected }) => `  ${day} ${result}: found ${found}, expected ${expected}`,
    ),
    ...(problem === undefined ? [] : [`  ${problem.message} (${problem.code})`]),
  ].join("\n");
}
