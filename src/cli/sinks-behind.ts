import { LOADED, SINKS, VIEW_EXPIRED } from "../compose/container.js";
import { pendingFor } from "../deliver/sink-queue.js";
import { ERROR_CATALOGUE } from "../model/error-catalogue.js";
import type { ErrorCode } from "../model/error-catalogue.js";
import { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { LookedAt } from "./held.js";

/** A sink that lacks sealed revisions. */
export interface SinkBehind {
  readonly sink: string;
  readonly revisions: number;
}

export function sinksBehind({ held, container }: LookedAt): readonly SinkBehind[] {
  if (held === undefined) return [];
  const { plugins } = container.resolve(SINKS);
  const { sinks } = container.resolve(LOADED).config;
  return Object.entries(sinks)
    .map(([sink, { use }]) => {
      const isExpired = (day: UtcDay): boolean => container.resolve(VIEW_EXPIRED)(sink, day);
      const kind = plugins.plugin(use).kind === "store" ? ("record" as const) : ("view" as const);
      return { sink, revisions: pendingFor({ kind, name: sink, isExpired }, held.index).length };
    })
    .filter(({ revisions }) => revisions > 0);
}

/** Why they are, as far as the ledger says: the newest failure of each that no later delivery made good. */
export function sinkFailures(
  { held }: LookedAt,
  behind: readonly SinkBehind[],
): ReadonlyMap<string, DaybookError> {
  const failures = new Map<string, DaybookError>();
  for (const { sink, revisions } of behind) {
    const days = [...(held?.index.behind.get(sink) ?? [])].toSorted();
    const records = days.flatMap((day) => held?.index.days.get(day) ?? []);
    const failed = records.flatMap((record) => {
      const failure = record.failures.get(sink);
      return failure === undefined ? [] : [{ day: record.day, ...failure }];
    });
    const newest = failed.toSorted((a, b) => b.at - a.at)[0];
    if (newest === undefined || !isErrorCode(newest.code)) continue;
    const message = `${sink}: ${revisions} behind; ${newest.day} was not taken at ${isoTime(newest.at)}`;
    failures.set(sink, new DaybookError(newest.code, { message, hint: "daybook sinks check says why" }));
  }
  return failures;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}
