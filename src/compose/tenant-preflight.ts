import { join } from "node:path";
import {
  ACCESS,
  BUDGET,
  CHECK_TOKENS,
  ENDPOINTS,
  OUTSIDE,
  SECRETS,
  TENANT,
  TOKENS,
  applicationOf,
} from "./container.js";
import type { Composition } from "./container.js";
import { certificateOf } from "./credential.js";
import { DaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import { preflight } from "../source/preflight/preflight.js";
import type { PreflightStep } from "../source/preflight/preflight.js";
import { readCertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import { ACCESS_STAMP, SIGN_IN_STAMP, removeStamp } from "../source/refusal-backoff.js";
import type { Tokens } from "../source/tokens.js";

/**
 * Everything between Daybook and a tenant's first day; takes one request of the hour's budget. What stands of an earlier refusal
 * is told instead of asking: a daemon that is started again and again must not knock each time (fault 41).
 */
export function preflightTenant(
  container: Composition,
  signal: AbortSignal,
): Promise<readonly PreflightStep[]> {
  const mayAsk = async (requestSignal: AbortSignal): Promise<void> => {
    await container.resolve(ACCESS).check(applicationOf(container));
    await takeRequest(container, requestSignal);
  };
  return lookAtTenant(container, container.resolve(TOKENS), mayAsk, signal);
}

/** The same for an operator, who has mended it and need not wait: whatever lets Daybook in stands no longer as refused. */
export async function checkTenant(
  container: Composition,
  signal: AbortSignal,
): Promise<readonly PreflightStep[]> {
  const { files } = container.resolve(OUTSIDE);
  const { root } = container.resolve(TENANT);
  const ask = (requestSignal: AbortSignal): Promise<void> => takeRequest(container, requestSignal);
  const steps = await lookAtTenant(container, container.resolve(CHECK_TOKENS), ask, signal);
  const forget = async (passed: PreflightStep["step"], stamp: string): Promise<void> => {
    if (steps.some(({ step, ok }) => ok && step === passed))
      await removeStamp({ files, path: join(root, stamp) });
  };
  await forget("sign-in", SIGN_IN_STAMP);
  await forget("activity-log", ACCESS_STAMP);
  return steps;
}

function lookAtTenant(
  container: Composition,
  tokens: Tokens,
  mayAsk: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly PreflightStep[]> {
  const { http, clock } = container.resolve(OUTSIDE);
  const { auth, tenantId } = container.resolve(TENANT).config;
  const { api, scope } = container.resolve(ENDPOINTS);
  const certificate = certificateDoor(container);
  return preflight(
    {
      api,
      tenantId,
      ...("clientId" in auth && auth.clientId !== undefined ? { clientId: auth.clientId } : {}),
      ...(scope === undefined ? {} : { scope }),
    },
    { tokens, http, clock, takeRequest: mayAsk, ...(certificate === undefined ? {} : { certificate }) },
    signal,
  );
}

/** Who looks at a tenant wants to know now: the next request may be an hour away. */
async function takeRequest(container: Composition, signal: AbortSignal): Promise<void> {
  const budget = container.resolve(BUDGET);
  if (await budget.takeNow(signal)) return;
  const { nextMs } = await budget.state();
  const { name, config } = container.resolve(TENANT);
  throw new DaybookError("SOURCE_THROTTLED", {
    message: `requests of ${name}: found none left of ${config.requestsPerHour} an hour, expected one`,
    hint: `look again after ${isoTime(nextMs)}; sign-in and token have been looked at`,
  });
}

/** Reads when the client certificate ends; undefined where the tenant signs in without one. */
export function certificateDoor(container: Composition): (() => Promise<CertificateExpiry>) | undefined {
  const { config, name } = container.resolve(TENANT);
  const { auth } = config;
  if (auth.method !== "client-certificate") return undefined;
  const source = certificateOf(auth, container.resolve(SECRETS));
  const { clock } = container.resolve(OUTSIDE);
  return () => readCertificateExpiry(`${name} certificate`, source, clock.now());
}
