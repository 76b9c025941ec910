/** The states of a day (DESIGN section 5). */
export type DayState = "open" | "due" | "gap" | "sealed" | "closed" | "lost" | "disposed";

export const DAY_STATES: readonly DayState[] = ["open", "due", "gap", "sealed", "closed", "lost", "disposed"];
