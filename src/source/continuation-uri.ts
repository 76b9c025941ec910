import { finding } from "../model/finding.js";
import type { Finding, FindingCode } from "../model/finding.js";
import type { UtcDay } from "../model/utc-day.js";
import { isContinuationHost } from "./clouds.js";
import type { Endpoints } from "./clouds.js";

/** What a continuationUri is compared with. It is never contacted: its token is sent to our own base. */
export interface ExpectedUri {
  readonly day: UtcDay;
  /** Path of our own requests. */
  readonly path: string;
  readonly endpoints: Endpoints;
}

export interface InspectedUri {
  /** Null when there is no URI, or none that can be read. */
  readonly host: string | null;
  readonly notices: readonly Finding[];
}

const USUAL_PATH = "/v1.0/myorg/admin/activityevents";

/** Reads what an auditor should know about a continuationUri: nothing here decides where the next request goes. */
export function inspectContinuationUri(uri: string | null, expected: ExpectedUri): InspectedUri {
  if (uri === null || uri === "") return { host: null, notices: [] };
  const url = URL.parse(uri);
  if (url === null) return { host: null, notices: [unreadable(expected)] };
  const notices = [
    unknownHost(url, expected),
    insecure(url, expected),
    userInfo(url, expected),
    otherPath(url, expected),
  ];
  return { host: url.hostname, notices: notices.filter((each) => each !== undefined) };
}

function unreadable(expected: ExpectedUri): Finding {
  return notice(expected, "URI_UNREADABLE", "other text", "a URL");
}

function unknownHost(url: URL, expected: ExpectedUri): Finding | undefined {
  if (isContinuationHost(expected.endpoints, url.hostname)) return undefined;
  const hosts = expected.endpoints.continuationHosts.join(" or ");
  return notice(expected, "URI_HOST_UNKNOWN", url.hostname, hosts);
}

function insecure(url: URL, expected: ExpectedUri): Finding | undefined {
  if (url.protocol === "https:") return undefined;
  return notice(expected, "URI_INSECURE", url.protocol, "https:");
}

function userInfo(url: URL, expected: ExpectedUri): Finding | undefined {
  if (url.username === "" && url.password === "") return undefined;
  return notice(expected, "URI_USER_INFO", "user information", "none");
}

// Our base may have a prefix of its own, behind a gateway; the source does not know it.
function otherPath(url: URL, expected: ExpectedUri): Finding | undefined {
  if (url.pathname === expected.path || url.pathname === USUAL_PATH) return undefined;
  return notice(expected, "URI_PATH", url.pathname, expected.path);
}

function notice({ day }: ExpectedUri, code: FindingCode, found: string, expected: string): Finding {
  const subject = `continuationUri in the reading of ${day}`;
  return finding(code, { subject, found: found.slice(0, 200), expected, day });
}
