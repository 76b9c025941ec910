import type { TokenClaims } from "../sign-in/token-claims.js";
import { failed, passed } from "./preflight-step.js";
import type { PreflightStep, PreflightStepName } from "./preflight-step.js";

/** What a token for this tenant must say. */
export interface ExpectedClaims {
  readonly tenantId: string;
  /** Absent with `auth.method token` and a system-assigned identity: then any application will do. */
  readonly clientId?: string;
  /** Absent with `auth.method token` and `cloud: custom`: then any audience will do. */
  readonly scope?: string;
}

/** The Power BI service's own application id, which tokens of version 2 carry as their audience, in every cloud. */
const POWER_BI_APPLICATION = "00000009-0000-0000-c000-000000000000";

/** Compares what the token says of itself with the configuration. A token that cannot be read proves nothing and hides nothing. */
export function claimSteps(
  expected: ExpectedClaims,
  claims: TokenClaims | undefined,
): readonly PreflightStep[] {
  if (claims === undefined) return [];
  const { audience, tenantId, applicationId } = claims;
  return [
    ...(expected.scope === undefined ? [] : [audienceStep(audience, expected.scope)]),
    compare(
      "tenant",
      tenantId,
      expected.tenantId,
      "compare tenantId with Entra ID, Overview, and the credential with the tenant's",
    ),
    ...(expected.clientId === undefined
      ? []
      : [
          compare(
            "application",
            applicationId,
            expected.clientId,
            "compare clientId with the app registration's overview",
          ),
        ]),
  ];
}

function audienceStep(audience: string | undefined, scope: string): PreflightStep {
  if (audience === POWER_BI_APPLICATION) return passed("audience", audience);
  const resource = scope.replace(/\/\.default$/, "");
  return compare(
    "audience",
    audience?.replace(/\/$/, ""),
    resource,
    "the token is another cloud's or another API's: check cloud or endpoints.scope",
  );
}

function compare(
  step: PreflightStepName,
  found: string | undefined,
  expected: string,
  hint: string,
): PreflightStep {
  if (found?.toLowerCase() === expected.toLowerCase()) return passed(step, found);
  // From the token's text, which anybody may have written.
  const shown = (found ?? "none").replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
  return failed(step, { code: `WRONG_${step.toUpperCase()}`, found: shown, expected, hint, isOutage: false });
}
