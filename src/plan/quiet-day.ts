/** Below this a weekday has too few events for a smaller number to mean anything. */
const FEWEST_USUAL = 20;

/** A holiday has a fraction of a weekday's events, a broken tenant next to none: a quarter is worth a look. */
const FAR_BELOW = 4;

export interface QuietDay {
  readonly code: "DAY_EMPTY" | "DAY_QUIET";
  readonly events: number;
  /** What such a weekday normally has: `usualEvents`. */
  readonly usual: number;
}

/** Whether a day has so few events that somebody should look: a quiet tenant, or a broken one? `usual` 0: not known. */
export function quietDay(events: number, usual: number): QuietDay | undefined {
  if (events === 0 && usual > 0) return { code: "DAY_EMPTY", events, usual };
  if (usual < FEWEST_USUAL || events * FAR_BELOW >= usual) return undefined;
  return { code: "DAY_QUIET", events, usual };
}
