/**
 * The states of a day; `STATE_SIGNS` has the meaning of each. `before`: older than everything that the archive could have read at
 * its creation, so never owed. `disposing`: its destruction has begun, and some copy is still there. `disposed`: destroyed in every copy.
 */
export type DayState =
  "before" | "open" | "due" | "gap" | "sealed" | "closed" | "lost" | "disposing" | "disposed";

export const DAY_STATES: readonly DayState[] = [
  "before",
  "open",
  "due",
  "gap",
  "sealed",
  "closed",
  "lost",
  "disposing",
  "disposed",
];
