import { join, resolve } from "node:path";
import type { KnownHead } from "../audit/check-ledger.js";
import { signatureProblem } from "../archive/ssh-signature.js";
import { storeSource } from "../archive/source.js";
import { isWhole, verifyArchive } from "../audit/verify-archive.js";
import type { AuditLevel, AuditResult, VerifyOptions } from "../audit/verify-archive.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import { readKeptHead } from "../archive/head.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { DayRange } from "../model/utc-day.js";
import type { Finding } from "../model/finding.js";
import { SortedLines } from "../verify/sorted-lines.js";
import type { Command, CommandResult, CommonOptions, Surroundings } from "./command.js";
import { givenRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { EXIT, worstExit } from "./exit-codes.js";
import { folderPlace, requireInBag } from "./folder-place.js";
import type { Place } from "./folder-place.js";
import { count } from "./progress.js";
import { checkBagOf, withBag } from "./verify-bag.js";
import { openWorkspace } from "./workspace.js";

export interface VerifyCommandOptions extends CommonOptions, RangeOptions {
  readonly sink?: string;
  readonly path?: string;
  readonly level: AuditLevel;
  readonly key?: string;
  readonly expectHead?: string;
}

/** What an audit of one place takes beside the place. */
type AuditWish = Pick<VerifyCommandOptions, "level" | "key" | "expectHead"> &
  Partial<DayRange> &
  Pick<VerifyOptions, "onEntry">;

interface PlaceResult {
  readonly place: string;
  readonly result: AuditResult;
}

const MAX_SMALL_BYTES = 65_536;

/** Checks every place asked for; the worst of them is the command's exit code. */
export const verify: Command<VerifyCommandOptions> = async (options, surroundings) => {
  const { level, key, expectHead } = options;
  const asked = givenRange(options, surroundings.clock.now());
  const wish = {
    level,
    ...(key === undefined ? {} : { key }),
    ...(expectHead === undefined ? {} : { expectHead }),
    ...asked,
  };
  const places =
    options.path === undefined
      ? await configuredPlaces(options, surroundings)
      : [await folderPlace(options.path, surroundings)];
  const results: PlaceResult[] = [];
  try {
    for (const place of places)
      results.push({ place: place.name, result: await verifyPlace(place, wish, surroundings) });
  } finally {
    for (const place of places) await place.close();
  }
  return resultOf(results, asked);
};

async function configuredPlaces(
  options: VerifyCommandOptions,
  surroundings: Surroundings,
): Promise<readonly Place[]> {
  const { tenants } = await openWorkspace(options, surroundings);
  const places = tenants.flatMap(({ name, openSinks }) => placesOf(name, openSinks(), options.sink));
  if (places.length > 0) return places;
  throw new DaybookError("USAGE", {
    message: `--sink: expected the name of a record sink, found "${options.sink ?? ""}"`,
  });
}

/** The record sinks of a tenant, or the one of this name; none when there is no such sink. */
export function placesOf(tenant: string, sinks: OpenedSinks, only: string | undefined): readonly Place[] {
  return sinks
    .stores()
    .filter(({ name }) => only === undefined || name === only)
    .map(({ name, store }) => ({
      name: `${tenant} in ${name}`,
      reader: storeSource(store, tenant),
      close: () => sinks[Symbol.asyncDispose](),
    }));
}

/** Audits one place; temporary files lie below $TMPDIR, else /tmp. */
export async function verifyPlace(
  place: Omit<Place, "close">,
  { from, to, ...options }: AuditWish,
  surroundings: Surroundings,
): Promise<AuditResult> {
  const { files, env, signal, stderr } = surroundings;
  const scratch = join(env["TMPDIR"] ?? "/tmp", `daybook-verify-${process.pid}`);
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  requireInBag(place.scope, range);
  const expectHead = await knownHead(options.expectHead, surroundings);
  try {
    const bag = await checkBagOf(place, options.level, surroundings);
    const result = await verifyArchive(place.reader, {
      level: options.level,
      ...range,
      ...(place.scope === undefined ? {} : { scope: place.scope }),
      ...(options.key === undefined ? {} : { keys: [await keyText(options.key, surroundings)] }),
      ...(expectHead === undefined ? {} : { expectHead }),
      ...(options.onEntry === undefined ? {} : { onEntry: options.onEntry }),
      openEventSet: () => new SortedLines({ files, folder: scratch }),
      signatureProblem: (one) => signatureProblem(one, files, join(scratch, "ssh")),
      signal,
      progress: (done, total, day) => {
        if (stderr.isTTY) stderr.write(`\r\u001b[2K${place.name}: ${day} (${done + 1} of ${total})`);
      },
    });
    return withBag(result, bag);
  } finally {
    if (stderr.isTTY) stderr.write("\r\u001b[2K");
    await files.removeTree(scratch);
  }
}

/** A head file that was kept elsewhere. Its statement is compared with the ledger; its signer does not matter. */
async function knownHead(
  path: string | undefined,
  surroundings: Surroundings,
): Promise<KnownHead | undefined> {
  if (path === undefined) return undefined;
  const text = await textOf(path, surroundings);
  const head = text === undefined ? undefined : readKeptHead(new TextEncoder().encode(text));
  if (head !== undefined) return { size: head.size, hash: head.lastHash };
  throw new DaybookError("USAGE", {
    message: `--expect-head: expected a head as in an archive's heads/, found ${text === undefined ? "no file" : "another form"} at ${path}`,
  });
}

async function keyText(path: string, surroundings: Surroundings): Promise<string> {
  const text = await textOf(path, surroundings);
  if (text !== undefined) return text;
  throw new DaybookError("KEY_NOT_FOUND", {
    message: `--key: expected a public key (PEM), found no file at ${path}`,
  });
}

/** Undefined when there is no such file. */
async function textOf(path: string, { files, cwd }: Surroundings): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(resolve(cwd, path), MAX_SMALL_BYTES));
  } catch (error) {
    if (isDaybookError(error, "FILE_NOT_FOUND")) return undefined;
    throw error;
  }
}

function resultOf(results: readonly PlaceResult[], asked: Partial<DayRange>): CommandResult {
  return {
    exit: worstExit(results.map(({ result }) => verifyExit(result, asked))),
    text: results.map(placeText).join("\n\n"),
    json: { archives: results.map((one) => placeJson(one, asked)) },
  };
}

/** 65 for what is missing or altered; 67 for a day of the range asked for that is lost or not held. */
export function verifyExit(result: AuditResult, asked: Partial<DayRange>): number {
  if (!isWhole(result)) return EXIT.integrity;
  const isAsked = Object.keys(asked).length > 0;
  return isAsked && result.absent.length + result.lost.length > 0 ? EXIT.gap : EXIT.ok;
}

function placeText({ place, result }: PlaceResult): string {
  const { findings, level, packages, facts, found, absent, lost, outside } = result;
  const verdict = isWhole(result) ? "whole" : "DAMAGED";
  const days = found === undefined ? [] : [`  days ${found.from} to ${found.to}`];
  const looked = `${count(packages, "revision")} checked at level ${level}, ${count(facts?.head.size ?? 0, "ledger entry").replace("entrys", "entries")}`;
  const head =
    facts === undefined ? [] : [`  head ${facts.head.size} ${facts.head.lastHash} of ${facts.head.time}`];
  return [
    `${place}: ${verdict}; ${looked}`,
    ...days,
    ...gapLines("not held", absent),
    ...gapLines("lost", lost),
    ...gapLines("not in this bag", outside ?? []),
    ...head,
    ...findings.map(findingText),
  ].join("\n");
}

const MAX_DAYS_NAMED = 10;

function gapLines(what: string, days: readonly string[]): readonly string[] {
  if (days.length === 0) return [];
  const named = days.slice(0, MAX_DAYS_NAMED).join(", ");
  const rest = days.length > MAX_DAYS_NAMED ? `, and ${days.length - MAX_DAYS_NAMED} more` : "";
  return [`  ${what}: ${count(days.length, "day")}: ${named}${rest}`];
}

function findingText({ severity, subject, rule, found, expected, code }: Finding): string {
  return `  ${severity}: ${subject}: ${rule}: found ${found}, expected ${expected} (${code})`;
}

function placeJson({ place, result }: PlaceResult, asked: object): object {
  const { level, identity, facts, findings, counts, packages, found, absent, lost, outside } = result;
  const head =
    facts === undefined
      ? null
      : { size: facts.head.size, last_hash: facts.head.lastHash, time: facts.head.time };
  return {
    place,
    whole: isWhole(result),
    range: { asked, found: found ?? null },
    absent,
    lost,
    ...(outside === undefined ? {} : { not_in_bag: outside }),
    level,
    archive_id: identity?.archiveId ?? null,
    tenant_id: identity?.tenantId ?? null,
    head,
    packages,
    counts,
    findings,
  };
}
