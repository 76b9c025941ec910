/** The exit codes of every command (DESIGN section 4), after sysexits.h where one fits. */
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
