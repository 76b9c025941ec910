import { isDaybookError } from "../../model/errors.js";
import type { DaybookError } from "../../model/errors.js";
import type { HttpAnswer } from "../../io/http.js";
import { aadstsOf } from "../sign-in/token-answer.js";
import type { Explanation } from "./explanation.js";
import { refusedBy } from "./source-refusal.js";

export type { Explanation } from "./explanation.js";

/**
 * Why the source gave this answer in place of a page. `roles` are those of the token, where they are known: they tell apart two
 * causes that the source answers alike. Undefined for a 200 with JSON.
 */
export function explainAnswer(answer: HttpAnswer, roles: readonly string[] = []): Explanation | undefined {
  const isPage = answer.status === 200 && /\bjson\b/i.test(answer.headers["content-type"] ?? "json");
  return isPage ? undefined : refusedBy(answer, roles);
}

/** Why a sign-in or a request failed before there was an answer to judge. */
export function explainError(error: unknown): Explanation {
  if (!isDaybookError(error)) {
    const found = error instanceof Error ? error.name : "an unknown failure";
    return {
      code: "INTERNAL",
      found,
      expected: "no such failure",
      hint: "report it with the log",
      isOutage: false,
    };
  }
  const aadsts = error.code === "SIGNIN_REFUSED" ? aadstsOf(error.message) : undefined;
  const [found, expected] = splitMessage(error.message);
  return {
    code: aadsts === undefined ? error.code : `AADSTS${aadsts}`,
    found,
    expected,
    hint: networkHint(error) ?? error.hint,
    isOutage: error.retry !== "never",
  };
}

/** Every message says `…, expected …` (errors.ts). */
function splitMessage(message: string): readonly [string, string] {
  const at = message.lastIndexOf(", expected ");
  return at === -1
    ? [message, "none of this"]
    : [message.slice(0, at), message.slice(at + ", expected ".length)];
}

/** What the system's own code says about the way out. */
function networkHint({ code, message }: DaybookError): string | undefined {
  if (code === "NETWORK_TLS") return tlsHint(message);
  if (code === "PROXY_REFUSED") {
    return "let the proxy allow this host; if it asks for a sign-in of its own (407), put name and password into HTTPS_PROXY: http://name:password@host:port";
  }
  if (code !== "NETWORK_UNREACHABLE") return undefined;
  return /\b(ENOTFOUND|EAI_AGAIN)\b/.test(message)
    ? "the name is not known to DNS: check cloud and endpoints; where only a proxy may resolve names, set HTTPS_PROXY"
    : "check routes and firewall; where the network is reached through a proxy, set HTTPS_PROXY";
}

function tlsHint(message: string): string {
  if (/EXPIRED|NOT_YET_VALID/.test(message)) {
    return "set this machine's clock (timedatectl status); if it is right, the host's certificate is out of date";
  }
  if (/ALTNAME|HOSTNAME/.test(message)) return "the certificate is another host's: check endpoints and DNS";
  return "set tls.ca to the root certificate of your organisation, which a proxy that inspects TLS signs with; verification cannot be turned off";
}
