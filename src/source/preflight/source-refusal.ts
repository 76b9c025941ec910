import type { HttpAnswer } from "../../io/http.js";
import type { Explanation } from "./explanation.js";

const SETTING =
  "Fabric admin portal, Tenant settings, Admin API settings: Service principals can access read-only admin APIs";

/** The refusals of https://learn.microsoft.com/rest/api/power-bi/admin/get-activity-events as they are met, each with its way out. */
export function refusedBy(
  answer: Pick<HttpAnswer, "status" | "body">,
  roles: readonly string[],
): Explanation {
  const { status } = answer;
  if (status === 401 || status === 403) return denied(status, readBody(answer.body), roles);
  if (status === 429) return throttled();
  if (status === 408 || status >= 500) return outage(status);
  if (status >= 200 && status < 400) return elsewhere(status);
  if (status === 404) return notThere();
  return odd(status);
}

interface RefusalBody {
  readonly code: string;
  readonly text: string;
}

function denied(status: number, { code, text }: RefusalBody, roles: readonly string[]): Explanation {
  if (/not accessible for application/i.test(text)) return notForApplications();
  if (code === "TokenExpired") return tokenExpired();
  if (code === "FeatureNotAvailableError") return featureOff();
  // A token without these roles comes from an application without admin-consented permissions, as it must be.
  if (roles.length > 0) return tooManyPermissions(roles);
  return notAllowed(status, code);
}

function notForApplications(): Explanation {
  return refusal(
    "ApiNotAccessible",
    "the API is not open to applications in this tenant",
    "a tenant that lets service principals use it",
    `enable ${SETTING}; it takes up to 15 minutes to work`,
  );
}

function tokenExpired(): Explanation {
  return refusal(
    "TokenExpired",
    "the source takes the token for expired",
    "a valid token",
    "set this machine's clock (timedatectl status); with auth.method token let the broker renew it",
  );
}

function featureOff(): Explanation {
  return refusal(
    "FeatureNotAvailableError",
    "the activity log is off in this tenant",
    "a tenant with Power BI and its admin APIs",
    "check cloud, and with the tenant's Fabric administrator that Power BI is in use",
  );
}

function tooManyPermissions(roles: readonly string[]): Explanation {
  return refusal(
    "PowerBINotAuthorizedException",
    `the application holds admin-consented Power BI permissions (${roles.join(", ").slice(0, 200)})`,
    "an application without any",
    "remove them in the app registration, API permissions: the read-only admin APIs refuse an application that has one",
  );
}

/** One answer for three causes, and it has no text: the source does not say which. */
function notAllowed(status: number, code: string): Explanation {
  return refusal(
    code === "" ? `HTTP${status}` : code,
    `the source refused the application (status ${status}) without saying why`,
    "an application that may use the read-only admin APIs",
    `check in this order: ${SETTING} is on; a security group is named there and the application's service principal is a member; the application holds no admin-consented Power BI permission. A change takes up to 15 minutes to work`,
  );
}

function throttled(): Explanation {
  return {
    ...refusal(
      "SOURCE_THROTTLED",
      "the request allowance of this hour is used up",
      "requests left for Daybook",
      "wait an hour; give Daybook an application of its own, or lower requestsPerHour",
    ),
    isOutage: true,
  };
}

function outage(status: number): Explanation {
  return {
    ...refusal(
      "SOURCE_UNAVAILABLE",
      `the source failed (status ${status})`,
      "an answer",
      "try later; no setting causes this",
    ),
    isOutage: true,
  };
}

/** A redirect, or a page for people: something stands between us and the source, or it is another host. */
function elsewhere(status: number): Explanation {
  return refusal(
    status < 300 ? "SOURCE_PAGE_INVALID" : "NETWORK_REDIRECT",
    status < 300 ? `status ${status} without JSON` : `a redirect (status ${status}), which is never followed`,
    "a page of the activity log",
    "check cloud or endpoints.api; a proxy with a sign-in page of its own answers like this too",
  );
}

function notThere(): Explanation {
  return refusal(
    "HTTP404",
    "the source has no activity log at this address",
    "the API's own base address",
    "check cloud or endpoints.api",
  );
}

function odd(status: number): Explanation {
  return refusal(
    `HTTP${status}`,
    `the source refused a plain request (status ${status})`,
    "a page",
    "check cloud or endpoints.api; report it if it stays",
  );
}

function refusal(code: string, found: string, expected: string, hint: string): Explanation {
  return { code, found, expected, hint, isOutage: false };
}

const MAX_BODY_BYTES = 64 * 1024;

/** The body's code and text, in whichever of its shapes; nothing of them is passed on but a code that is a plain name. */
function readBody(bytes: Uint8Array): RefusalBody {
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_BODY_BYTES));
  const body = parseObject(text);
  const error = body?.["error"];
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return { text, code: typeof code === "string" && /^[A-Za-z0-9_.-]{1,60}$/.test(code) ? code : "" };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
