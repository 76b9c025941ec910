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

/** What one look showed. The texts are for the operator; a program reads `step`, `ok`, `code` and `isOutage`. */
export interface PreflightStep extends Explanation {
  readonly step: PreflightStepName;
  readonly ok: boolean;
}

/** All is well; `hint` says what to do about it all the same, if anything. */
export function passed(step: PreflightStepName, found: string, hint = ""): PreflightStep {
  return { step, ok: true, code: "OK", found, expected: found, hint, isOutage: false };
}

export function failed(step: PreflightStepName, explanation: Explanation): PreflightStep {
  return { step, ok: false, ...explanation };
}
