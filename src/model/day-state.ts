/** The states of a day: see _Days_ in docs/OPERATIONS.md. */
export type DayState = "open" | "due" | "gap" | "sealed" | "closed" | "lost";

export const DAY_STATES: readonly DayState[] = ["open", "due", "gap", "sealed", "closed", "lost"];
