import type { FixityCheck } from "../ledger/ledger-index.js";
import type { DayIndex } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import { DAY_MS, dayStartMs } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { MANIFEST } from "../archive/layout.js";
import { PackageFiles, checkStored } from "../archive/package-files.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { confirmedBy } from "./confirmed-revisions.js";

/** The time between two checks of a sink, and after one that found something. */
const EVERY_MS = 7 * DAY_MS;
const DAMAGED_EVERY_MS = DAY_MS;

/** Within this many checks, half a year, each package is read back. */
const CHECKS_FOR_ALL = 26;

/** A small archive is read back in fewer checks. */
const MIN_DAYS_PER_CHECK = 14;

/** A file that differs in a sink from what was sealed. */
export interface FixityFinding {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * The revisions in a record sink to read back now: a different part each week, or everything each day while the newest check
 * has findings, so that a repair is noticed. Empty when nothing is due. Pure.
 */
export function fixityDue(
  sink: string,
  index: DayIndex,
  last: FixityCheck | undefined,
  nowMs: number,
): readonly SealedDay[] {
  const isDamaged = last !== undefined && last.findings > 0;
  // Absolute: a clock that was ahead must not postpone the next check for years.
  const sinceMs = last === undefined ? Infinity : Math.abs(nowMs - last.atMs);
  if (sinceMs < (isDamaged ? DAMAGED_EVERY_MS : EVERY_MS)) return [];
  const days = [...index.days.keys()]
    .filter((day) => index.days.get(day)?.disposing === undefined)
    .toSorted();
  const due = isDamaged ? days : daysOfTurns(days, turnsSince(last, nowMs));
  return due.flatMap((day) => confirmedBy(sink, index.days.get(day)));
}

/** Reads back every byte of a package and compares it with its manifest, and the manifest with the ledger. */
export async function readBack(
  sealed: SealedDay,
  source: ArchiveSource,
  signal: AbortSignal,
): Promise<readonly FixityFinding[]> {
  const findings: FixityFinding[] = [];
  const path = `${packagePath(sealed.day, sealed.revision)}/${MANIFEST}`;
  try {
    const manifest = await readManifest(source, sealed, signal);
    await checkStored(new PackageFiles(source, manifest, signal), manifest.files, (flaw) =>
      findings.push({ path: flaw.subject, found: flaw.found, expected: flaw.expected }),
    );
  } catch (error) {
    signal.throwIfAborted();
    // A store that checks what it returns may report damage itself. An outage proves nothing.
    if (!isDaybookError(error) || error.kind !== "integrity") throw error;
    findings.push({ path, found: error.message, expected: sealed.manifestSha256 });
  }
  return findings;
}

/** The numbers of the weekly checks due now, including those that were missed. */
function turnsSince(last: FixityCheck | undefined, nowMs: number): readonly number[] {
  const turn = Math.floor(nowMs / EVERY_MS);
  const missed = last === undefined ? 1 : turn - Math.floor(last.atMs / EVERY_MS);
  const number = Math.min(Math.max(missed, 1), CHECKS_FOR_ALL);
  return Array.from({ length: number }, (_, back) => turn - back);
}

/** A day's own number decides its check, so that none is skipped as the archive grows. */
function daysOfTurns(days: readonly UtcDay[], turns: readonly number[]): readonly UtcDay[] {
  const parts = Math.min(Math.max(Math.floor(days.length / MIN_DAYS_PER_CHECK), 1), CHECKS_FOR_ALL);
  const due = new Set(turns.map((turn) => turn % parts));
  return days.filter((day) => due.has((dayStartMs(day) / DAY_MS) % parts));
}
