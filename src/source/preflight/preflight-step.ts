import type { Explanation } from "./explanation.js";

export type PreflightStepName =
  | "certificate"
  | "sign-in"
  | "audience"
  | "tenant"
  | "application"
  | "activity-log"
  | "permissions"
  | "clock";

/** The result of one check. The texts are for the operator; a program reads `step`, `ok`, `code` and `isOutage`. */
export interface PreflightStep extends Explanation {
  readonly step: PreflightStepName;
  readonly ok: boolean;
}

/** A passed check; `hint` says what should be done all the same, if anything. */
export function passed(step: PreflightStepName, found: string, hint = ""): PreflightStep {
  return { step, ok: true, code: "OK", found, expected: found, hint, isOutage: false };
}

export function failed(step: PreflightStepName, explanation: Explanation): PreflightStep {
  return { step, ok: false, ...explanation };
}
