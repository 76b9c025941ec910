import { holdsOn } from "../model/retention-record.js";
import type { HoldRecord } from "../model/retention-record.js";
import { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Reached } from "../retention/copies.js";
import { Register } from "../retention/register.js";
import type { Command, CommandResult, CommonOptions } from "./command.js";
import { dayArgument } from "./days.js";
import { EXIT } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import type { LookedAt } from "./held.js";
import { askArchive, oneTenant, toSignResult } from "./retention-request.js";
import type { SigningOptions } from "./retention-request.js";

export interface HoldPlaceOptions extends SigningOptions {
  readonly matter?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly all?: boolean;
  readonly includingFuture?: boolean;
}

export interface HoldReleaseOptions extends SigningOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly reason?: string;
}

export interface HoldListOptions extends CommonOptions {
  readonly history?: boolean;
  /** Also prints the reasons, which the register in the state folder has. */
  readonly privileged?: boolean;
}

export interface HoldTestOptions extends CommonOptions {
  readonly arguments: readonly (string | undefined)[];
}

/** Places a hold; 69 when a copy could not be reached, and the hold stands all the same. */
export const holdPlace: Command<HoldPlaceOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const isSigned = (options.signature ?? []).length > 0;
  const answer = await askArchive(
    tenant,
    {
      act: "hold-place",
      ...rangeOf(options, isSigned, surroundings.clock.now()),
      matter: required("--matter", options.matter, isSigned),
      reason: required("--reason", options.reason, isSigned),
    },
    options,
    surroundings,
  );
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  return answer.kind === "hold" ? reachedResult(tenant.name, answer, "placed") : never();
};

export const holdRelease: Command<HoldReleaseOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const hold = holdArgument(options.arguments[0]);
  const isSigned = (options.signature ?? []).length > 0;
  const reason = required("--reason", options.reason, isSigned);
  const answer = await askArchive(tenant, { act: "hold-release", hold, reason }, options, surroundings);
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  return answer.kind === "hold" ? reachedResult(tenant.name, answer, "released") : never();
};

/** The holds that stand, or all of them; what each has reached. */
export const holdList: Command<HoldListOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, async (looked) => ({
    tenant: looked.tenant.name,
    holds: await listed(looked, options),
  }));
  const text = found.flatMap(({ tenant, holds }) =>
    holds.length === 0 ? [`${tenant}: no hold stands`] : holds.map((hold) => `${tenant}  ${holdLine(hold)}`),
  );
  return { exit: EXIT.ok, text: text.join("\n"), json: { format: "daybook.holds/1", tenants: found } };
};

/** Whether a hold stands on the day: 68 when one does. */
export const holdTest: Command<HoldTestOptions> = async (options, surroundings) => {
  const day = dayArgument("DAY", options.arguments[0], surroundings.clock.now());
  const found = await lookAtTenants(options, surroundings, async ({ tenant, held }) => ({
    tenant: tenant.name,
    holds: held === undefined ? [] : holdsOn(held.index.retention, day).map(({ id }) => id),
  }));
  const text = found.map(({ tenant, holds }) =>
    holds.length === 0 ? `${tenant}  ${day}  not held` : `${tenant}  ${day}  held by ${holds.join(", ")}`,
  );
  const isHeld = found.some(({ holds }) => holds.length > 0);
  return {
    exit: isHeld ? EXIT.refusedByRetention : EXIT.ok,
    text: text.join("\n"),
    json: { format: "daybook.hold-test/1", day, tenants: found },
  };
};

interface ListedHold {
  readonly hold: string;
  readonly from: UtcDay | null;
  readonly to: UtcDay | null;
  readonly future: boolean;
  readonly matter: string;
  readonly placed: string;
  readonly released: string | null;
  readonly signed: boolean;
  readonly sinks: Readonly<Record<string, string>>;
  readonly reason?: string;
}

async function listed(
  { held, tenant: { files, root } }: LookedAt,
  { history = false, privileged = false }: HoldListOptions,
): Promise<readonly ListedHold[]> {
  const holds = held?.index.retention.holds.filter(({ released }) => history || released === undefined) ?? [];
  const register = new Register(files, root);
  return Promise.all(
    holds.map(async (hold) => ({
      ...shown(hold),
      ...(privileged ? { reason: (await register.textOf(hold.commitment)) ?? "erased" } : {}),
    })),
  );
}

function shown({
  id,
  from,
  to,
  future,
  matterRef,
  placedAt,
  released,
  statementSha256,
  applied,
}: HoldRecord): ListedHold {
  return {
    hold: id,
    from,
    to,
    future,
    matter: matterRef,
    placed: isoTime(placedAt),
    released: released === undefined ? null : isoTime(released.at),
    signed: statementSha256 !== null,
    sinks: applied,
  };
}

function holdLine({ hold, from, to, matter, placed, released, signed, sinks, reason }: ListedHold): string {
  const state = released === null ? `since ${placed}` : `${placed} to ${released}`;
  const copies = Object.entries(sinks).map(([sink, outcome]) => `${sink} ${outcome}`);
  const parts = [hold, `${from ?? "the first day"} to ${to ?? "every later day"}`, `matter ${matter}`, state];
  return [
    ...parts,
    signed ? "signed" : "not signed",
    ...(copies.length === 0 ? [] : [copies.join(", ")]),
    ...(reason === undefined ? [] : [reason]),
  ].join("  ");
}

function reachedResult(
  tenant: string,
  { hold, reached }: { readonly hold: string; readonly reached: readonly Reached[] },
  what: "placed" | "released",
): CommandResult {
  const unreached = reached.filter(({ outcome }) => outcome === "unreachable");
  const lines = reached.map(({ sink, outcome }) => `  ${sink}: ${OUTCOMES[outcome] ?? outcome}`);
  const rest =
    unreached.length === 0
      ? []
      : ["  the daemon, or the next `daybook archive`, tries again; the hold stands"];
  return {
    exit: unreached.length === 0 ? EXIT.ok : EXIT.unavailable,
    text: [`${tenant}: ${hold} is ${what}`, ...lines, ...rest].join("\n"),
    json: {
      format: "daybook.hold/1",
      tenant,
      hold,
      sinks: Object.fromEntries(reached.map(({ sink, outcome }) => [sink, outcome])),
    },
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  set: "legal hold set and read back",
  released: "legal hold taken off, where no other hold stands",
  unsupported: "keeps no holds itself; Daybook destroys nothing there while the hold stands",
  unreachable: "not reached",
};

function rangeOf(
  { from, to, all, includingFuture }: HoldPlaceOptions,
  isSigned: boolean,
  nowMs: number,
): { readonly from: UtcDay | null; readonly to: UtcDay | null; readonly future: boolean } {
  const first = from === undefined ? null : dayArgument("--from", from, nowMs);
  const last = to === undefined ? null : dayArgument("--to", to, nowMs);
  const isRange = first !== null || last !== null;
  if (!isSigned && (all === true) === isRange)
    throw new DaybookError("USAGE", { message: "expected --all, or --from and --to for the days to hold" });
  if (!isSigned && isRange && last === null && includingFuture !== true)
    throw new DaybookError("USAGE", {
      message: "--to: expected the last day, or --including-future for every later one",
    });
  if (first !== null && last !== null && first > last)
    throw new DaybookError("USAGE", { message: `--from ${first} lies after --to ${last}` });
  return { from: first, to: last, future: includingFuture === true };
}

function required(name: string, value: string | undefined, isSigned: boolean): string {
  if (value !== undefined && value.trim() !== "") return value;
  // A signed statement says it already.
  if (isSigned) return "";
  throw new DaybookError("USAGE", { message: `${name}: expected a text, found none` });
}

function holdArgument(text: string | undefined): string {
  if (text !== undefined && /^H\d{4,}$/.test(text)) return text;
  throw new DaybookError("USAGE", {
    message: `HOLD: expected the name of a hold such as H0001, found ${text ?? "none"}`,
  });
}

/** An answer of another kind is a defect. */
export function never(): never {
  throw new Error("an answer of another kind");
}
