import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { folderSource } from "../archive/folder-source.js";
import type { HeldDays } from "../archive/held-days.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { drawSample } from "../audit/sample.js";
import type { Sample } from "../audit/sample.js";
import { copiedDays } from "../compose/held-days.js";
import type { HeldTenant } from "../compose/read-only-tenant.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { removeAbandoned } from "../io/abandoned-files.js";
import type { Files } from "../io/files.js";
import { readArchive } from "../ledger/open-archive.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { UtcDay } from "../model/utc-day.js";
import { restoreArchive } from "../restore/restore-archive.js";
import { SortedLines } from "../verify/sorted-lines.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { lookAt } from "./held.js";
import { count, redraw } from "./progress.js";
import { chosenSink, shownProgress } from "./restore.js";
import { askArchive, oneTenant } from "./retention-request.js";
import { sampleOf } from "./verify-sample.js";

export interface DrillOptions extends CommonOptions {
  readonly from?: string;
  readonly sample?: string;
  readonly seed?: string;
  readonly act?: boolean;
}

/** A restored revision that is not the one of the own archive. */
interface Difference {
  readonly day: UtcDay;
  readonly revision: number;
  readonly found: string;
  readonly expected: string;
}

/** What a drill showed. Sizes are those on disk. */
interface Drill {
  readonly tenant: string;
  readonly sink: string;
  readonly days: readonly UtcDay[];
  readonly revisions: number;
  readonly records: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Entries of the restored ledger, and how many more the own one has. */
  readonly entries: number;
  readonly behind: number;
  readonly differences: readonly Difference[];
  readonly sample: Sample | null;
}

const PREFIX = "daybook-drill-";

/**
 * Restores days from one record sink alone into a temporary folder, reads them there, compares them with the own archive, and removes
 * all of it. The ledger gets a `drill-ended` act, also for a drill that failed.
 */
export const restoreDrill: Command<DrillOptions> = async (options, surroundings) => {
  const { from: sink, sample: size, seed } = options;
  if (sink === undefined)
    throw new DaybookError("USAGE", { message: "--from: expected the name of a record sink, found nothing" });
  const sample = sampleOf({
    level: "content",
    ...(size === undefined ? {} : { sample: size }),
    ...(seed === undefined ? {} : { seed }),
  });
  const tenant = await oneTenant(options, surroundings);
  const record = async (days: number, outcome: string): Promise<void> => {
    if (options.act !== false)
      await askArchive(tenant, { act: "drill-ended", sink, days, outcome }, {}, surroundings);
  };
  const drill = await drilled(tenant, { sink, sample }, surroundings).catch(async (error: unknown) => {
    if (isDaybookError(error) && (error.area === "sink" || error.kind === "integrity"))
      await record(0, error.code);
    throw error;
  });
  const isWhole = drill.differences.length === 0;
  await record(drill.days.length, isWhole ? "whole" : "DIFFERS");
  return {
    exit: isWhole ? EXIT.ok : EXIT.integrity,
    text: drillText(drill),
    json: { format: "daybook.drill/1", ...drill },
  };
};

interface DrillWish {
  readonly sink: string;
  readonly sample: Sample | undefined;
}

async function drilled(tenant: Tenant, wish: DrillWish, surroundings: Surroundings): Promise<Drill> {
  const { files, env, stderr } = surroundings;
  const temporary = env["TMPDIR"] ?? "/tmp";
  await removeAbandoned(files, temporary, PREFIX);
  const folder = join(temporary, `${PREFIX}${randomUUID()}`);
  await files.makeFolder(folder);
  try {
    return await lookAt(tenant, surroundings, async ({ held }) => {
      if (held !== undefined) return restoreInto(folder, { ...wish, tenant, held }, surroundings);
      throw new DaybookError("ARCHIVE_NOT_FOUND", {
        message: `${tenant.name}: nothing was archived yet, so there is nothing to compare with`,
        hint: "after a loss of the state folder, run `daybook restore`",
      });
    });
  } finally {
    redraw(stderr);
    await files.removeTree(folder);
  }
}

async function restoreInto(
  folder: string,
  { tenant, held, sink, sample }: DrillWish & { readonly tenant: Tenant; readonly held: HeldTenant },
  surroundings: Surroundings,
): Promise<Drill> {
  const { signal, clock, stderr } = surroundings;
  const { files } = tenant;
  const startedMs = clock.now();
  const confirmed = confirmedDays(held, sink);
  const days = sample === undefined ? confirmed : drawSample(confirmed, sample);
  const root = join(folder, tenant.name);
  await using sinks = tenant.openSinks();
  const stores = sinks.stores().map(({ name, store }) => ({ name, store, tenant: tenant.name }));
  await restoreArchive(
    {
      files,
      root,
      tenantId: tenant.config.tenantId,
      from: chosenSink(sink, stores),
      // The drill shows what this sink can do alone.
      others: [],
      readableDays: days,
      dryRun: false,
      progress: shownProgress(tenant.name, stderr, clock),
    },
    signal,
  );
  const read = await readArchive(files, root, signal);
  const restored = copiedDays(read, { source: folderSource(files, root) }, signal);
  const compared = await compare(days, { held, restored, folder }, surroundings);
  return {
    tenant: tenant.name,
    sink,
    days,
    ...compared,
    bytes: await bytesBelow(files, root),
    seconds: (clock.now() - startedMs) / 1000,
    entries: read.ledger.size,
    behind: held.ledger.size - read.ledger.size,
    sample: sample ?? null,
  };
}

/** The days whose newest revision the sink has confirmed. */
function confirmedDays({ index }: HeldTenant, sink: string): readonly UtcDay[] {
  return [...index.days.values()]
    .filter(({ revisions, disposing }) => revisions.length > 0 && disposing === undefined)
    .filter(({ revisions, deliveries }) => deliveries.get(sink)?.revision === revisions.length)
    .map(({ day }) => day)
    .toSorted();
}

interface Restored {
  readonly held: HeldTenant;
  readonly restored: HeldDays;
  readonly folder: string;
}

/** Reads the restored record lines, sorts and hashes them, and compares that and the manifest with the own ledger's. */
async function compare(
  days: readonly UtcDay[],
  { held, restored, folder }: Restored,
  { files }: Surroundings,
): Promise<Pick<Drill, "revisions" | "records" | "differences">> {
  let records = 0;
  const differences: Difference[] = [];
  const wanted = new Set(days);
  const revisions = restored.revisions.filter(({ day }) => wanted.has(day));
  for (const sealed of revisions) {
    const set = new SortedLines({ files, folder: join(folder, "sort") });
    const { manifest, files: content } = await restored.read(sealed);
    for await (const block of content.recordBlocks()) await set.add(block);
    records += set.lines;
    const { day, revision } = sealed;
    const expected = `manifest ${ownManifest(held, sealed)}, event set ${manifest.event_set_sha256}`;
    const found = `manifest ${sealed.manifestSha256}, event set ${await set.sha256()}`;
    if (found !== expected) differences.push({ day, revision, found, expected });
  }
  for (const day of days) {
    const own = held.record(day)?.revisions.length ?? 0;
    const there = revisions.filter((one) => one.day === day).length;
    if (there !== own)
      differences.push({ day, revision: own, found: `${there} revisions`, expected: `${own} revisions` });
  }
  return { revisions: revisions.length, records, differences };
}

function ownManifest(held: HeldTenant, { day, revision }: SealedDay): string {
  return held.record(day)?.revisions[revision - 1]?.manifestSha256 ?? "none";
}

async function bytesBelow(files: Files, folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await files.list(folder)) {
    const path = join(folder, name);
    const stat = await files.stat(path);
    bytes += stat?.kind === "folder" ? await bytesBelow(files, path) : (stat?.bytes ?? 0);
  }
  return bytes;
}

function drillText(drill: Drill): string {
  const { tenant, sink, days, revisions, records, bytes, seconds, entries, behind, differences, sample } =
    drill;
  const verdict = differences.length === 0 ? "whole" : "DIFFERS";
  return [
    `${tenant} from ${sink}: ${verdict}; ${count(days.length, "day")}, ${count(revisions, "revision")}, ${count(records, "record")} restored and compared`,
    `  ${count(bytes, "byte")} in ${seconds.toFixed(1)} s; the ledger has ${entries} entries, ${behind} fewer than the own one`,
    ...(sample === null ? [] : [`  sample by seed ${sample.seed}: ${days.join(", ")}`]),
    ...differences.map(
      ({ day, revision, found, expected }) =>
        `  ${day} revision ${revision}: found ${found}, expected ${expected}`,
    ),
  ].join("\n");
}
