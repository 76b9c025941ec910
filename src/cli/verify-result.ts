import { witnessesJson } from "../audit/check-anchors.js";
import type { Sample } from "../audit/sample.js";
import { isWhole } from "../audit/verify-archive.js";
import type { AuditResult } from "../audit/verify-archive.js";
import type { Finding } from "../model/finding.js";
import type { DayRange } from "../model/utc-day.js";
import type { CommandResult } from "./command.js";
import { EXIT, worstExit } from "./exit-codes.js";
import { witnessLines } from "./verify-witnesses.js";
import { headLine } from "../archive/head.js";
import { count } from "./progress.js";
import { isViewWhole, viewText } from "./verify-views.js";
import type { ViewResult } from "./verify-views.js";

/** What was found in one place. */
export interface PlaceResult {
  readonly place: string;
  readonly result: AuditResult;
  /** Whether somebody beside the archive vouches for its keys: whoever named one, or the state folder of this machine. */
  readonly isVouched: boolean;
  readonly sample?: Sample | undefined;
}

/** A record sink that did not answer, or has no archive. */
export interface FailedPlace {
  readonly place: string;
  readonly code: string;
  readonly message: string;
  readonly exit: number;
}

interface Checked {
  readonly results: readonly PlaceResult[];
  readonly failed: readonly FailedPlace[];
  readonly views: readonly ViewResult[];
}

/** The worst of the places is the exit code. */
export function verifyResult({ results, failed, views }: Checked, asked: Partial<DayRange>): CommandResult {
  return {
    exit: worstExit([
      ...results.map(({ result }) => verifyExit(result, asked)),
      ...views.map((view) => (isViewWhole(view) ? EXIT.ok : EXIT.integrity)),
      ...failed.map(({ exit }) => exit),
      ...views.map(({ problem }) => (problem === undefined ? EXIT.ok : EXIT.unavailable)),
    ]),
    text: [
      ...results.map((one) => placeText(one, asked)),
      ...failed.map(({ place, code, message }) => `${place}: NOT CHECKED; ${message} (${code})`),
      ...views.map(viewText),
    ].join("\n\n"),
    json: {
      format: "daybook.verify/1",
      archives: results.map((one) => placeJson(one, asked)),
      not_checked: failed.map(({ exit: _exit, ...one }) => one),
      views,
    },
  };
}

/** 65 for what is missing or altered; 67 for a day of the range asked for that is lost or not held. */
export function verifyExit(result: AuditResult, asked: Partial<DayRange>): number {
  if (!isWhole(result)) return EXIT.integrity;
  const isAsked = Object.keys(asked).length > 0;
  return isAsked && result.absent.length + result.lost.length > 0 ? EXIT.gap : EXIT.ok;
}

/** *Consistent* is an archive that fits together, signed by a key for which nobody but itself vouches. */
function wordOf({ result, isVouched }: PlaceResult): "whole" | "consistent" | "DAMAGED" {
  if (!isWhole(result)) return "DAMAGED";
  return isVouched ? "whole" : "consistent";
}

function placeText(one: PlaceResult, asked: Partial<DayRange>): string {
  const { place, result } = one;
  const {
    findings,
    level,
    packages,
    facts,
    found,
    absent,
    lost,
    outside,
    sampled,
    keys,
    keptHeads,
    witnessed,
  } = result;
  const verdict = wordOf(one);
  const signed = keys.map(({ id, fingerprint }) => `${id} sha256:${fingerprint}`).join(", ");
  const { from = "the first", to = "the last" } = asked;
  const whatWasAsked = Object.keys(asked).length === 0 ? "" : `; asked for ${from} to ${to}`;
  const days = found === undefined ? [] : [`  days ${found.from} to ${found.to}${whatWasAsked}`];
  const looked = `${count(packages, "revision")} checked at level ${level}, ${count(facts?.head.size ?? 0, "ledger entry")}`;
  const head =
    facts === undefined
      ? []
      : [`  head ${headLine(facts.head)}, newest entry of ${facts.headTime ?? "unknown time"}`];
  return [
    `${place}: ${verdict}; ${looked}`,
    ...(verdict === "consistent"
      ? [`  signed by key ${signed}, which nobody vouched for: compare it, or name the key with --key`]
      : []),
    ...days,
    ...sampleLines(one.sample, sampled),
    ...gapLines("not held", absent),
    ...gapLines("lost", lost),
    ...gapLines("not in this bag", outside ?? []),
    ...head,
    ...witnessLines(witnessed, facts?.head.size ?? 0),
    ...(keptHeads.length === 0
      ? []
      : [
          `  compared with ${count(keptHeads.length, "head")} kept elsewhere, up to size ${Math.max(...keptHeads)}`,
        ]),
    ...findings.map(findingText),
  ].join("\n");
}

function sampleLines(sample: Sample | undefined, days: readonly string[] = []): readonly string[] {
  if (sample === undefined) return [];
  return [
    `  sample: ${count(days.length, "day")} by seed ${sample.seed}; the others at level structure: ${days.join(", ")}`,
  ];
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

function placeJson(one: PlaceResult, asked: object): object {
  const { place, result, sample } = one;
  const { level, identity, facts, findings, counts, packages, found, absent, lost, outside } = result;
  const head =
    facts === undefined ? null : { size: facts.head.size, root: facts.head.root, time: facts.headTime };
  return {
    place,
    whole: isWhole(result),
    verdict: wordOf(one).toLowerCase(),
    keys: result.keys.map(({ id, fingerprint }) => ({ key_id: id, fingerprint })),
    range: { asked, found: found ?? null },
    absent,
    lost,
    ...(outside === undefined ? {} : { not_in_bag: outside }),
    level,
    ...(sample === undefined
      ? {}
      : { sample: { seed: sample.seed, ...sample.size, drawn: result.sampled ?? [] } }),
    archive_id: identity?.archiveId ?? null,
    tenant_id: identity?.tenantId ?? null,
    head,
    kept_heads: result.keptHeads,
    witnesses: witnessesJson(result.witnessed),
    packages,
    counts,
    findings,
  };
}
