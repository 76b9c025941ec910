import { storeSource } from "../archive/source.js";
import { confirmedBy } from "../deliver/confirmed-revisions.js";
import { KeptCopy } from "../deliver/kept-copy.js";
import type { Protection } from "../deliver/kept-copy.js";
import { saidProtection } from "../deliver/protection-words.js";
import type { SaidProtection } from "../deliver/protection-words.js";
import { isDisposed } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { FOREVER } from "../model/keep.js";
import { holdsOn } from "../model/retention-record.js";
import { isInRange, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { retentionOfDay } from "../ledger/day-retention.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { givenRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { EXIT, worstExit } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import type { LookedAt } from "./held.js";
import { never } from "./hold.js";
import { askArchive, oneTenant, toSignResult } from "./retention-request.js";
import type { SigningOptions } from "./retention-request.js";

export interface RetentionShowOptions extends CommonOptions, RangeOptions {}

interface ShownDay {
  readonly day: UtcDay;
  readonly schedule: string;
  readonly keep: string;
  readonly retain_until: UtcDay | "forever";
  readonly holds: readonly string[];
  readonly state: "kept" | "overdue" | "disposing" | "disposed";
}

/**
 * Schedule, end of retention and holds of each day that is archived, and what the record sinks protect. Of days that were asked for
 * also the lock of each copy: the store is asked about every object of it.
 */
export const retentionShow: Command<RetentionShowOptions> = async (options, surroundings) => {
  const isAsked = Object.keys(givenRange(options, surroundings.clock.now())).length > 0;
  const found = await lookAtTenants(options, surroundings, async (looked) => ({
    tenant: looked.tenant.name,
    days: shownDays(looked, options),
    stores: await saidByStores(looked),
    copies: isAsked ? await checkedCopies(looked, options, surroundings) : [],
  }));
  const text = found.flatMap(({ tenant, days, stores, copies }) =>
    days.length === 0
      ? []
      : [
          ...days.map((day) => `${tenant}  ${dayLine(day)}`),
          ...copies.map((copy) => `${tenant}  ${lockLine(copy)}`),
          ...storeLines(tenant, stores),
        ],
  );
  const exit = text.length === 0 ? EXIT.nothingToVerify : EXIT.ok;
  return { exit, text: text.join("\n"), json: { format: "daybook.retention/1", tenants: found } };
};

/** What each record sink protects, as its store says it now. */
async function saidByStores({ tenant, signal }: LookedAt): Promise<readonly SaidProtection[]> {
  await using sinks = tenant.openSinks();
  return Promise.all(sinks.stores().map((opened) => saidProtection(opened, signal)));
}

function storeLines(tenant: string, stores: readonly SaidProtection[]): readonly string[] {
  return stores.map(({ sink, words }) => `${tenant}  ${sink}  ${words}`);
}

/** The days whose retention has ended and on which no hold stands; 68 when there is one. */
export const retentionOverdue: Command<CommonOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, async (looked) => ({
    tenant: looked.tenant.name,
    days: shownDays(looked, {}).filter(({ state, holds }) => state === "overdue" && holds.length === 0),
  }));
  const total = found.reduce((sum, { days }) => sum + days.length, 0);
  const lines = found.flatMap(({ tenant, days }) => days.map((day) => `${tenant}  ${dayLine(day)}`));
  const rest =
    total === 0 ? ["no day is past its retention"] : ["`daybook dispose plan` draws a plan of them"];
  return {
    exit: total === 0 ? EXIT.ok : EXIT.refusedByRetention,
    text: [...lines, ...rest].join("\n"),
    json: { format: "daybook.overdue/1", tenants: found },
  };
};

/** Applies the rule in force also to days that were sealed under a longer one. */
export const retentionShorten: Command<SigningOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const answer = await askArchive(tenant, { act: "shorten" }, options, surroundings);
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  if (answer.kind !== "shortened") return never();
  const { schedule, keep } = answer;
  return {
    exit: EXIT.ok,
    text: `${tenant.name}: every day is now kept by ${schedule}, ${keep}; a lock in a store that is longer stays`,
    json: { format: "daybook.shorten/1", tenant: tenant.name, schedule, keep },
  };
};

function shownDays({ held, tenant }: LookedAt, options: RangeOptions): readonly ShownDay[] {
  if (held === undefined) return [];
  const { days, retention } = held.index;
  const today = utcDayOf(tenant.clock.now());
  return askedDays(days, options, tenant.clock.now()).flatMap((day) => {
    const record = days.get(day);
    const kept = retentionOfDay(retention, day, record);
    if (record === undefined || record.revisions.length === 0 || kept === undefined) return [];
    const { schedule, keep, retainUntil } = kept;
    const state = isDisposed(record)
      ? "disposed"
      : record.disposing !== undefined
        ? "disposing"
        : retainUntil <= today
          ? "overdue"
          : "kept";
    const holds = holdsOn(retention, day).map(({ id }) => id);
    return [
      { day, schedule, keep, retain_until: retainUntil === FOREVER ? "forever" : retainUntil, holds, state },
    ];
  });
}

/** The days that the options ask for, oldest first; all without options. */
function askedDays(
  days: ReadonlyMap<UtcDay, unknown>,
  options: RangeOptions,
  nowMs: number,
): readonly UtcDay[] {
  const range = givenRange(options, nowMs);
  return [...days.keys()].filter((day) => isInRange(day, range)).toSorted();
}

function dayLine({ day, state, retain_until: until, schedule, keep, holds }: ShownDay): string {
  const held = holds.length === 0 ? [] : [`held by ${holds.join(", ")}`];
  return [day, state.padEnd(9), `until ${until}`, `${schedule}, ${keep}`, ...held].join("  ");
}

interface CheckedCopy {
  readonly day: UtcDay;
  readonly sink: string;
  readonly promised: UtcDay;
  readonly locked: UtcDay | null;
  readonly held: boolean;
  readonly verdict:
    | "as promised"
    | "not protected"
    | "lock too short"
    | "lock longer"
    | "hold missing"
    | "hold left"
    | "absent"
    | "unreachable";
}

/** What each store says against what was promised. A shorter lock or a missing hold is damage; more than promised is a notice. */
export const retentionCheck: Command<RetentionShowOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, async (looked) => ({
    tenant: looked.tenant.name,
    stores: await saidByStores(looked),
    copies: await checkedCopies(looked, options, surroundings),
  }));
  const all = found.flatMap(({ copies }) => copies);
  const lines = found.flatMap(({ tenant, stores, copies }) => [
    ...storeLines(tenant, stores),
    ...copies
      .filter(({ verdict }) => verdict !== "as promised")
      .map((copy) => `${tenant}  ${copyLine(copy)}`),
    `${tenant}: ${copies.length === 1 ? "1 copy" : `${copies.length} copies`} checked, ${copies.filter(({ verdict }) => verdict === "as promised").length} as promised`,
  ]);
  const json = { format: "daybook.retention-check/1", tenants: found };
  return { exit: worstExit(all.map(exitOfCopy)), text: lines.join("\n"), json };
};

const DAMAGE: ReadonlySet<CheckedCopy["verdict"]> = new Set<CheckedCopy["verdict"]>([
  "lock too short",
  "hold missing",
  "absent",
]);

function exitOfCopy({ verdict }: CheckedCopy): number {
  if (DAMAGE.has(verdict)) return EXIT.integrity;
  return verdict === "unreachable" ? EXIT.unavailable : EXIT.ok;
}

async function checkedCopies(
  { held, tenant }: LookedAt,
  options: RangeOptions,
  { signal }: Surroundings,
): Promise<readonly CheckedCopy[]> {
  if (held === undefined) return [];
  const { days, retention } = held.index;
  const sinks = tenant.openSinks();
  const checked: CheckedCopy[] = [];
  try {
    for (const day of askedDays(days, options, tenant.clock.now())) {
      const record = days.get(day);
      const promised = retentionOfDay(retention, day, record)?.retainUntil;
      if (record === undefined || record.disposing !== undefined || promised === undefined) continue;
      const isHeld = holdsOn(retention, day).length > 0;
      for (const { name, store } of sinks.stores()) {
        const copy = new KeptCopy(store, tenant.name, storeSource(store, tenant.name));
        for (const sealed of confirmedBy(name, record)) {
          const found = await protectionOf(copy, sealed, signal);
          const verdict = verdictOf(copy, found, promised, isHeld);
          const now = typeof found === "object" ? found : undefined;
          checked.push({
            day,
            sink: name,
            promised,
            locked: now?.lockUntil ?? null,
            held: now?.isHeld ?? false,
            verdict,
          });
        }
      }
    }
  } finally {
    await sinks[Symbol.asyncDispose]();
  }
  return checked;
}

async function protectionOf(
  copy: KeptCopy,
  sealed: Parameters<KeptCopy["protection"]>[0],
  signal: AbortSignal,
): Promise<Protection | "absent" | "unreachable"> {
  try {
    return (await copy.protection(sealed, signal)) ?? "absent";
  } catch (error) {
    signal.throwIfAborted();
    if (!isDaybookError(error)) throw error;
    return error.kind === "outage" ? "unreachable" : "absent";
  }
}

function verdictOf(
  copy: KeptCopy,
  found: Protection | "absent" | "unreachable",
  promised: UtcDay,
  isHeld: boolean,
): CheckedCopy["verdict"] {
  if (typeof found === "string") return found;
  if (copy.canHold && isHeld && !found.isHeld) return "hold missing";
  if (found.hasHold && !isHeld) return "hold left";
  if (!copy.canLock || found.lastLock === undefined) return "not protected";
  // Nothing locks for ever.
  if (promised === FOREVER) return "as promised";
  if (found.lockUntil === undefined || found.lockUntil < promised) return "lock too short";
  return found.lastLock > promised ? "lock longer" : "as promised";
}

function lockLine({ day, sink, locked, held, verdict }: CheckedCopy): string {
  const isThere = verdict !== "absent" && verdict !== "unreachable";
  const lock = locked === null ? "no lock" : `locked until ${locked}`;
  return `${day}  ${sink}  ${isThere ? lock : verdict}${held ? ", held by the store" : ""}`;
}

function copyLine({ day, sink, promised, locked, held, verdict }: CheckedCopy): string {
  const until = promised === FOREVER ? "forever" : promised;
  return `${day}  ${sink}  ${verdict}  promised until ${until}, ${locked === null ? "no lock" : `locked until ${locked}`}${held ? ", held" : ""}`;
}
