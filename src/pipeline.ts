import { DaybookError, isDaybookError } from "./model/errors.js";
import { FINDING_CATALOGUE } from "./model/finding-catalogue.js";
import type { Finding } from "./model/finding.js";
import type { Act } from "./model/ledger-entry.js";
import type { DayTask, Reading } from "./model/reading.js";
import type { UtcDay } from "./model/utc-day.js";
import type { Verdict } from "./model/verdict.js";
import type { SealOutcome } from "./seal/seal-day.js";

/** How a day of a pass ended. `missing`: records that the source returned before and no longer returns; all are kept. */
export type DayResult =
  | {
      readonly kind: "sealed";
      readonly revision: number;
      readonly records: number;
      readonly added: number;
      readonly missing: number;
    }
  | { readonly kind: "rechecked"; readonly revision: number; readonly missing: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

export type CompleteVerdict = Extract<Verdict, { readonly outcome: "complete" }>;

/** The steps of a day after planning. */
export interface DaySteps {
  collect(task: DayTask, signal: AbortSignal): Promise<Reading>;
  verify(reading: Reading, signal: AbortSignal): Promise<Verdict>;
  seal(reading: Reading, verdict: CompleteVerdict, signal: AbortSignal): Promise<SealOutcome>;
  /** Writes an act into the ledger; the day counts as archived from then on. */
  attest(act: Act): Promise<void>;
  /** Records in log and ledger what is unusual about the day sealed last. */
  remark(signal: AbortSignal): Promise<void>;
  /** Delivers to every sink. A failing sink stays behind, delays no other and is no reason to throw. */
  deliver(day: UtcDay, signal: AbortSignal): Promise<void>;
  /** Removes the reading from the spool. */
  clear(reading: Reading): Promise<void>;
}

/**
 * Archives one day. An unverified reading is never sealed, and an unsealed one is never delivered; success is reported only
 * once the ledger has it. Throws READING_INCOMPLETE with the findings, or whatever a step throws.
 */
export async function archiveDay(task: DayTask, steps: DaySteps, signal: AbortSignal): Promise<DayResult> {
  const reading = await steps.collect(task, signal);
  const verdict = await steps.verify(reading, signal).catch(async (error: unknown) => {
    // Another tenant's events must not be kept, and the next reading must not continue from them.
    if (isDaybookError(error, "SOURCE_TENANT_MISMATCH")) await steps.clear(reading);
    throw error;
  });
  if (verdict.outcome === "incomplete") {
    // An incomplete reading cannot be repaired, so the day is read again from the start.
    await steps.clear(reading);
    throw incomplete(task.day, verdict.findings);
  }
  const outcome = await steps.seal(reading, verdict, signal);
  for (const act of actsOf(task.day, outcome)) await steps.attest(act);
  await steps.remark(signal);
  await steps.clear(reading);
  await steps.deliver(task.day, signal);
  return resultOf(outcome);
}

function incomplete(day: UtcDay, findings: readonly Finding[]): DaybookError {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  const what =
    first === undefined ? "" : `: ${first.subject}: found ${first.found}, expected ${first.expected}${more}`;
  return new DaybookError("READING_INCOMPLETE", {
    message: `${day}: reading not complete${what}`,
    ...(first === undefined ? {} : { hint: FINDING_CATALOGUE[first.code].hint }),
    cause: findings,
  });
}

function actsOf(day: UtcDay, outcome: SealOutcome): readonly Act[] {
  if (outcome.kind === "sealed") {
    // A shrunken source is recorded in the manifest and reported from there.
    const { manifest, manifestSha256 } = outcome;
    return [{ type: "day-sealed", day, revision: manifest.revision, manifest_sha256: manifestSha256 }];
  }
  const { revision, eventSetSha256, missing } = outcome;
  const rechecked: Act = { type: "day-rechecked", day, revision, event_set_sha256: eventSetSha256 };
  // `source-shrank` comes first: a crash between the two then repeats it; in the other order it would be lost.
  return missing === 0 ? [rechecked] : [{ type: "source-shrank", day, revision, missing }, rechecked];
}

function resultOf(outcome: SealOutcome): DayResult {
  const { missing } = outcome;
  if (outcome.kind === "rechecked") return { kind: "rechecked", revision: outcome.revision, missing };
  const { revision, completeness, diff } = outcome.manifest;
  const records = completeness.distinct + completeness.carried;
  return { kind: "sealed", revision, records, added: diff.added, missing };
}
