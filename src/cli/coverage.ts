import { renderCalendar } from "../audit/calendar.js";
import { coverDays, coverageExit } from "../audit/coverage.js";
import type { Coverage, HeldDay } from "../audit/coverage.js";
import { heldDay } from "../compose/held-day.js";
import type { Manifest, Reason } from "../model/manifest.js";
import { eachDay } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { dayStates } from "../view/tenant-view.js";
import type { HeldDays } from "../archive/held-days.js";
import { DaybookError } from "../model/errors.js";
import type { Command, Surroundings } from "./command.js";
import { dayRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { worstExit } from "./exit-codes.js";
import { lookAtTenants, rangeOf } from "./held.js";
import type { LookedAt } from "./held.js";
import { requireInBag } from "./folder-place.js";
import { eachArchive } from "./held-archive.js";
import type { ArchiveOptions, ReadArchive } from "./held-archive.js";
import { hasColour } from "./log-settings.js";
import { count } from "./progress.js";

export interface CoverageOptions extends ArchiveOptions, RangeOptions {}

/** Up to this many days are listed one by one below the calendar. */
const MAX_DAYS_LISTED = 35;

/** The calendar of the days asked for; exit 67 when one of them is due and not archived, or lost. */
export const coverage: Command<CoverageOptions> = async (options, surroundings) => {
  const found = await coverAll(options, surroundings);
  return {
    exit: worstExit(found.map((one) => coverageExit(one.coverage))),
    text: found
      .map(
        (one) =>
          `${one.tenant}\n${coverageText(one.coverage, hasColour(surroundings.stdout, surroundings.env))}`,
      )
      .join("\n"),
    json: {
      format: "daybook.coverage/1",
      tenants: found.map(({ tenant, coverage: { days, counts } }) => ({ tenant, days, counts })),
    },
  };
};

/** The own archives by schedule and clock; a copy in a sink or a folder by what it names itself. */
function coverAll(options: CoverageOptions, surroundings: Surroundings) {
  const nowMs = surroundings.clock.now();
  if (options.path === undefined && options.sink === undefined)
    return lookAtTenants(options, surroundings, async (looked) => ({
      tenant: looked.tenant.name,
      coverage: await coverTenant(looked, dayRange(options, rangeOf(looked), nowMs)),
    }));
  return eachArchive(options, surroundings, async (archive) => {
    const { name, held, scope } = archive;
    if (held.range === undefined)
      throw new DaybookError("NOTHING_IN_RANGE", { message: `${name}: found no day, expected one at least` });
    const range = dayRange(options, held.range, nowMs);
    requireInBag(scope, range);
    return { tenant: name, coverage: await coverCopy(archive, range) };
  });
}

async function coverCopy({ held, index }: ReadArchive, range: DayRange): Promise<Coverage> {
  const days = new Map<UtcDay, HeldDay | undefined>();
  for (const day of eachDay(range.from, range.to))
    days.set(day, await heldDay(index.days.get(day), held.stateOf(day), () => newestManifest(held, day)));
  return coverDays(range, held.stateOf, (day) => days.get(day));
}

async function newestManifest(held: HeldDays, day: UtcDay): Promise<Manifest> {
  const sealed = held.newest.get(day);
  if (sealed === undefined) throw new TypeError(`${day} has no revision`);
  return (await held.read(sealed)).manifest;
}

const REASON_WORDS: Readonly<Record<Reason, string>> = {
  scheduled: "on schedule",
  gap: "filled a gap",
  "re-reading": "read again",
  operator: "asked for",
};

/** Every day of the range with its state and what is held of it. */
export async function coverTenant({ held, tenant }: LookedAt, range: DayRange): Promise<Coverage> {
  const { rules, clock } = tenant;
  const days = new Map<UtcDay, HeldDay | undefined>();
  for (const day of eachDay(range.from, range.to)) days.set(day, await held?.heldDay(day));
  return coverDays(range, held?.stateOf ?? dayStates({ index: undefined, rules }, clock.now()), (day) =>
    days.get(day),
  );
}

/** The calendar, then a line for each day, or for the unusual days alone when there are many. */
export function coverageText(found: Coverage, colour: boolean): string {
  const isLong = found.days.length > MAX_DAYS_LISTED;
  const listed = isLong ? found.days.filter(({ oddities }) => oddities !== undefined) : found.days;
  const lines = listed.map(dayLine);
  return [renderCalendar(found, { colour }), ...lines].join("\n");
}

function dayLine({
  day,
  state,
  revision,
  events,
  reason,
  explanation,
  oddities,
}: Coverage["days"][number]): string {
  const parts = [
    day,
    state.padEnd(revision === undefined ? 0 : 8),
    revision === undefined ? "" : `r${String(revision).padStart(4, "0")}`,
    events === undefined ? "" : count(events, "event"),
    reason === undefined ? "" : REASON_WORDS[reason],
    explanation ?? "",
    oddities?.join(", ") ?? "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}
