import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { auditJson } from "../audit/audit-json.js";
import { coverageExit } from "../audit/coverage.js";
import { renderReport } from "../audit/report.js";
import { namedRange, stateInCopy } from "../compose/held-days.js";
import type { ReportInput } from "../audit/report-input.js";
import { fingerprintsIn } from "../archive/known-keys.js";
import { judgeReport } from "../audit/report-verdict.js";
import { isWhole } from "../audit/verify-archive.js";
import type { AuditLevel } from "../audit/verify-archive.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { saidProtection } from "../deliver/protection-words.js";
import { LIMITS } from "../archive/layout.js";
import { readSmall } from "../archive/source.js";
import type { LedgerIndex } from "../ledger/ledger-index.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { utcDayOf } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import { dayStates, wholeRange } from "../view/tenant-view.js";
import { auditTables } from "./audit-csv.js";
import type { Command, CommandResult, Surroundings } from "./command.js";
import { dayRange, givenRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { EXIT, worstExit } from "./exit-codes.js";
import type { ArchiveOptions } from "./held-archive.js";
import { makeReport } from "./report-input.js";
import type { MadeReport } from "./report-input.js";
import { actorOf, askArchive, oneTenant } from "./retention-request.js";
import { folderPlace, requireInBag } from "./folder-place.js";
import type { Place } from "./folder-place.js";
import { keptHeads } from "./kept-heads.js";
import { placesOf, verifyPlace } from "./verify.js";
import { verifyExit } from "./verify-result.js";

export interface AuditOptions extends ArchiveOptions, RangeOptions {
  readonly level: AuditLevel;
  readonly format: "html" | "json" | "all";
  readonly out?: string;
  readonly for?: string;
  readonly key?: string;
  readonly heads?: readonly string[];
  readonly act?: boolean;
}

/** The archive that is audited, and whose it is where a configuration says so. */
interface Audited {
  readonly place: Place;
  readonly others: readonly Place[];
  readonly tenant: Tenant | undefined;
}

/**
 * The audit report of a range. The exit code is the worst of what was found: 65 for damage, 67 for days that are missing, 68 for days
 * past their retention, 66 where nothing of the range is in the archive.
 */
export const audit: Command<AuditOptions> = async (options, surroundings) => {
  if (options.format === "all" && options.out === undefined)
    throw new DaybookError("USAGE", {
      message: "--format all: expected --out with the name of a new folder",
    });
  const audited = await placesToAudit(options, surroundings);
  try {
    const made = await reportOn(audited, options, surroundings);
    const files = await filesOf(made.input, audited.place, surroundings);
    await recordAudit(made.input, files, audited, { options, surroundings });
    return await writeOut(made, files, options, surroundings);
  } finally {
    for (const place of [audited.place, ...audited.others]) await place.close();
  }
};

async function placesToAudit(options: AuditOptions, surroundings: Surroundings): Promise<Audited> {
  if (options.path !== undefined)
    return { place: await folderPlace(options.path, surroundings), others: [], tenant: undefined };
  const tenant = await oneTenant(options, surroundings);
  const all = placesOf(tenant.name, tenant.openSinks(), undefined);
  const wanted =
    options.sink === undefined ? all[0] : all.find(({ name }) => name === nameIn(tenant, options.sink));
  if (wanted === undefined)
    throw new DaybookError("USAGE", {
      message: `--sink: expected the name of a record sink, found "${options.sink ?? "none"}"`,
    });
  return { place: wanted, others: all.filter((place) => place !== wanted), tenant };
}

function nameIn({ name }: Tenant, sink = ""): string {
  return `${name} in ${sink}`;
}

async function reportOn(
  { place, others, tenant }: Audited,
  options: AuditOptions,
  surroundings: Surroundings,
): Promise<MadeReport> {
  const nowMs = surroundings.clock.now();
  requireInBag(place.scope, givenRange(options, nowMs));
  const looks = new Map<string, string>();
  for (const other of others) looks.set(sinkOf(other, tenant), await lookOf(other, surroundings));
  looks.set(sinkOf(place, tenant), `audited at level ${options.level}`);
  if (tenant !== undefined) await addProtection(looks, tenant, surroundings.signal);
  const bounds = (index: LedgerIndex): DayRange =>
    tenant === undefined
      ? (namedRange(index, place.scope) ?? { from: utcDayOf(nowMs), to: utcDayOf(nowMs) })
      : wholeRange({ index, rules: tenant.rules }, nowMs);
  return makeReport(
    {
      tenant: tenant?.name ?? place.name.split("/").at(-1) ?? place.name,
      place,
      level: options.level,
      ...(options.key === undefined ? {} : { key: options.key }),
      knownKeys: tenant === undefined ? [] : await fingerprintsIn(tenant.files, tenant.root),
      heads: await keptHeads(options.heads ?? [], surroundings),
      by: actorOf(surroundings),
      reader: options.for ?? null,
      rangeOf: (index) => dayRange(options, bounds(index), nowMs),
      stateOf: (index) =>
        tenant === undefined
          ? (day) => stateInCopy(day, index)
          : dayStates({ index, rules: tenant.rules }, nowMs),
      looks,
    },
    surroundings,
  );
}

/** What each record sink protects, as its store says it now, beside what the look found. */
async function addProtection(looks: Map<string, string>, tenant: Tenant, signal: AbortSignal): Promise<void> {
  await using sinks = tenant.openSinks();
  for (const opened of sinks.stores()) {
    const { words } = await saidProtection(opened, signal);
    looks.set(opened.name, [looks.get(opened.name) ?? "not looked at", words].join("; "));
  }
}

function sinkOf({ name }: Place, tenant: Tenant | undefined): string {
  return tenant === undefined ? name : name.slice(nameIn(tenant).length);
}

/** What a quick look at another copy finds: an audit of one copy says nothing of the others. */
async function lookOf(place: Place, surroundings: Surroundings): Promise<string> {
  try {
    const result = await verifyPlace(place, { level: "structure" }, surroundings);
    const { damage, incomplete } = result.counts;
    return isWhole(result) ? "whole at level structure" : `DAMAGED: ${damage + incomplete} findings`;
  } catch (error) {
    surroundings.signal.throwIfAborted();
    if (!isDaybookError(error)) throw error;
    return `not looked at: ${error.message} (${error.code})`;
  }
}

interface ReportFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The report in every form, and the head to keep for the next audit. */
async function filesOf(
  input: ReportInput,
  { reader }: Place,
  { signal }: Surroundings,
): Promise<readonly ReportFile[]> {
  const head = await readSmall(reader, "head", LIMITS.head, signal);
  const files: ReportFile[] = [
    { name: "audit.html", bytes: Buffer.from(renderReport(input)) },
    { name: "audit.json", bytes: Buffer.from(`${JSON.stringify(auditJson(input), null, 2)}\n`) },
    ...auditTables(input),
    ...(head === undefined ? [] : [{ name: "head", bytes: head }]),
  ];
  const sums = files.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).join("");
  return [...files, { name: "SHA256SUMS", bytes: Buffer.from(sums) }];
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function named(files: readonly ReportFile[], name: string): Uint8Array {
  return files.find((file) => file.name === name)?.bytes ?? new Uint8Array();
}

/** The own archive remembers that it was audited; one in a folder is left alone. */
async function recordAudit(
  { coverage }: ReportInput,
  files: readonly ReportFile[],
  { tenant }: Audited,
  { options, surroundings }: { readonly options: AuditOptions; readonly surroundings: Surroundings },
): Promise<void> {
  if (tenant === undefined || options.act === false) return;
  const { from, to } = coverage;
  const hash = sha256(named(files, "audit.json"));
  await askArchive(tenant, { act: "audit-made", from, to, sha256: hash }, {}, surroundings);
}

async function writeOut(
  { input, audited }: MadeReport,
  files: readonly ReportFile[],
  options: AuditOptions,
  { files: disk, cwd }: Surroundings,
): Promise<CommandResult> {
  const { headline, reasons } = judgeReport(input);
  const exit = worstExit([
    verifyExit(audited, {}),
    coverageExit(input.coverage),
    input.retention.overdue.length > 0 ? EXIT.refusedByRetention : EXIT.ok,
  ]);
  const json = auditJson(input);
  const name = options.format === "json" ? "audit.json" : "audit.html";
  if (options.out === undefined) return { exit, text: new TextDecoder().decode(named(files, name)), json };
  const path = resolve(cwd, options.out);
  if (options.format === "all") {
    if ((await disk.stat(path)) !== undefined)
      throw new DaybookError("USAGE", { message: `--out: ${path} is there already, expected a new folder` });
    await disk.makeFolder(path, 0o755);
    for (const file of files) await disk.writeNew(join(path, file.name), file.bytes, 0o644);
  } else await disk.writeNew(path, named(files, name), 0o644);
  return { exit, text: [`${path}: ${headline}`, ...reasons.map((reason) => `  ${reason}`)].join("\n"), json };
}
