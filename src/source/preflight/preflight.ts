import { DAY_MS, HOUR_MS, dayStartMs, isoTime, utcDayOf } from "../../model/utc-day.js";
import { windowLabel } from "../../model/window.js";
import type { Window } from "../../model/window.js";
import type { Clock } from "../../io/clock.js";
import type { Http } from "../../io/http.js";
import { MAX_PAGE_BYTES } from "../../bytes/page-scanner.js";
import { firstRequest } from "../activity-request.js";
import type { CertificateExpiry } from "../sign-in/certificate-expiry.js";
import { readClaims } from "../sign-in/token-claims.js";
import type { AccessToken, Tokens } from "../tokens.js";
import { claimSteps } from "./claim-steps.js";
import type { ExpectedClaims } from "./claim-steps.js";
import { UNKNOWN_OWNER, ownerSteps, ownersOf } from "./page-steps.js";
import { explainAnswer, explainError } from "./explain.js";
import { certificateStep, clockStep, permissionStep } from "./local-steps.js";
import { failed, passed } from "./preflight-step.js";
import type { PreflightStep, PreflightStepName } from "./preflight-step.js";

export { kindOfStep } from "./preflight-step.js";
export type { PreflightStep } from "./preflight-step.js";

/** The tenant as configured. */
export interface PreflightTenant extends ExpectedClaims {
  /** The API's base. */
  readonly api: string;
}

export interface PreflightDoors {
  readonly tokens: Tokens;
  readonly http: Http;
  readonly clock: Clock;
  /** Takes the one request out of the hour's budget; may wait or throw. */
  readonly takeRequest: (signal: AbortSignal) => Promise<void>;
  /** The client certificate's end, where there is one. */
  readonly certificate?: () => Promise<CertificateExpiry>;
}

const TIMEOUT_MS = 120_000;
/** Days back whose windows are settled, and far from the horizon. */
const SETTLED_DAYS = 3;

/**
 * Checks everything that the first day needs: credential, sign-in, the token's claims, one cheap request, the clocks. Throws
 * only the signal's reason: every other failure is a step, and the last step where nothing further can be tried.
 */
export async function preflight(
  tenant: PreflightTenant,
  doors: PreflightDoors,
  signal: AbortSignal,
): Promise<readonly PreflightStep[]> {
  const steps: PreflightStep[] = [];
  let current: PreflightStepName = "certificate";
  try {
    if (doors.certificate !== undefined) steps.push(certificateStep(await doors.certificate()));
    current = "sign-in";
    const token = await doors.tokens.token(signal);
    steps.push(passed("sign-in", "a token"), ...claimSteps(tenant, readClaims(token.value)));
    current = "activity-log";
    steps.push(...(await askSource(tenant, doors, token, signal)));
  } catch (error) {
    signal.throwIfAborted();
    steps.push(failed(current, explainError(error)));
  }
  return steps;
}

async function askSource(
  tenant: PreflightTenant,
  { http, clock, takeRequest }: PreflightDoors,
  token: AccessToken,
  signal: AbortSignal,
): Promise<readonly PreflightStep[]> {
  await takeRequest(signal);
  const { url } = firstRequest(tenant.api, settledHour(clock.now()));
  const headers = { authorization: `Bearer ${token.value}`, accept: "application/json" };
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_PAGE_BYTES };
  const answer = await http.request({ method: "GET", url, headers, ...limits }, signal);
  const claims = readClaims(token.value);
  const roles = claims?.roles ?? [];
  const refusal = explainAnswer(answer, roles);
  const owners = refusal === undefined ? await ownersOf(answer.body) : [];
  // A token with claims has said whose it is.
  const note = claims === undefined && owners.length === 0 ? UNKNOWN_OWNER : "";
  return [
    refusal === undefined
      ? passed("activity-log", "a page of the activity log", note)
      : failed("activity-log", refusal),
    ...ownerSteps(owners, tenant.tenantId),
    permissionStep(roles, refusal === undefined),
    clockStep(answer.headers, clock.now()),
  ];
}

/** The first hour of a settled day: quiet nearly everywhere, so the page is small. */
function settledHour(nowMs: number): Window {
  const startMs = dayStartMs(utcDayOf(nowMs - SETTLED_DAYS * DAY_MS));
  return { label: windowLabel(0), hour: 0, start: isoTime(startMs), end: isoTime(startMs + HOUR_MS - 1) };
}
