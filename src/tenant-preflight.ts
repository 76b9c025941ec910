import { BUDGET, ENDPOINTS, OUTSIDE, SECRETS, TENANT } from "./container.js";
import type { Composition } from "./container.js";
import { certificateOf } from "./credential.js";
import { DaybookError } from "./model/errors.js";
import { isoTime } from "./model/utc-day.js";
import { preflight } from "./source/preflight/preflight.js";
import type { PreflightStep } from "./source/preflight/preflight.js";
import { readCertificateExpiry } from "./source/sign-in/certificate-expiry.js";
import type { CertificateExpiry } from "./source/sign-in/certificate-expiry.js";
import type { Tokens } from "./source/tokens.js";

/** Everything between Daybook and a tenant's first day, looked at with `tokens`; takes one request of the hour's budget. */
export function preflightTenant(
  container: Composition,
  tokens: Tokens,
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
    {
      tokens,
      http,
      clock,
      takeRequest: (requestSignal) => takeRequest(container, requestSignal),
      ...(certificate === undefined ? {} : { certificate }),
    },
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
