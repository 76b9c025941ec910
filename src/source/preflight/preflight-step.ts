import { ERROR_CATALOGUE } from "../../model/error-catalogue.js";
import type { ErrorKind } from "../../model/error-kind.js";
import { isErrorCode } from "../../model/errors.js";
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

/** The kind of failure of a check that failed: that of the catalogue, or else a refusal unless it is an outage. */
export function kindOfStep({ code, isOutage }: PreflightStep): ErrorKind {
  if (isErrorCode(code)) return ERROR_CATALOGUE[code].kind;
  return isOutage ? "outage" : "refused";
}
