import type { ErrorKind } from "../model/errors.js";

/** The exit codes of every command, after sysexits.h where one fits. */
export const EXIT = {
  ok: 0,
  usage: 64,
  integrity: 65,
  nothingToVerify: 66,
  gap: 67,
  refusedByRetention: 68,
  unavailable: 69,
  internal: 70,
  disk: 73,
  tryLater: 75,
  signIn: 77,
  config: 78,
  interrupted: 130,
} as const;

/** What each code says, for the manual page. */
export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "all well",
  usage: "wrong usage",
  integrity: "integrity failure: something stored is missing or altered",
  nothingToVerify: "nothing to verify: no key, no archive, an empty range",
  gap: "a gap: due days that are not archived, or lost ones, in the range asked for",
  refusedByRetention: "held, overdue, or refused by a hold, a retention period or a missing approval",
  unavailable: "the source or a sink failed",
  internal: "a defect of Daybook",
  disk: "the disk is full or failing",
  tryLater: "another instance holds the archive, or try again later",
  signIn: "the sign-in was refused",
  config: "wrong configuration",
  interrupted: "interrupted",
};

const OF_KIND: Readonly<Record<ErrorKind, number>> = {
  absent: EXIT.nothingToVerify,
  busy: EXIT.tryLater,
  config: EXIT.config,
  defect: EXIT.internal,
  disk: EXIT.disk,
  gap: EXIT.gap,
  integrity: EXIT.integrity,
  interrupted: EXIT.interrupted,
  outage: EXIT.unavailable,
  refused: EXIT.signIn,
  retained: EXIT.refusedByRetention,
  usage: EXIT.usage,
};

/** The exit code of a command that fails with an error of this kind alone. */
export function exitOf(kind: ErrorKind): number {
  return OF_KIND[kind];
}

const WORST_FIRST: readonly number[] = [
  EXIT.interrupted,
  EXIT.internal,
  EXIT.integrity,
  EXIT.config,
  EXIT.usage,
  EXIT.disk,
  EXIT.signIn,
  EXIT.unavailable,
  EXIT.gap,
  EXIT.nothingToVerify,
  EXIT.refusedByRetention,
  EXIT.tryLater,
  EXIT.ok,
];

/** The one code that a command ends with when several things went wrong. */
export function worstExit(codes: Iterable<number>): number {
  const seen = new Set(codes);
  return WORST_FIRST.find((code) => seen.has(code)) ?? (seen.size === 0 ? EXIT.ok : EXIT.internal);
}
