import { DaybookError } from "../model/errors.js";
import type { ErrorCode } from "../model/errors.js";

/**
 * What fetch throws, as a DaybookError. Only the system's own code enters the text: fetch's messages can quote headers,
 * a bearer token among them, so the error itself is not kept as the cause either.
 */
export function networkError(error: unknown, host: string): DaybookError {
  const problem = problemOf(error);
  const code = errorCodeOf(problem);
  return new DaybookError(code, { message: `${host}: found ${problem.name}, expected ${EXPECTED[code]}` });
}

/** The innermost thing that went wrong: fetch wraps it in a TypeError, undici in its own errors. */
interface Problem {
  /** The system's or the library's code; the class of the error where it has none. */
  readonly name: string;
  readonly isProxy: boolean;
}

type NetworkCode = Extract<ErrorCode, `NETWORK_${string}` | "PROXY_REFUSED">;

const EXPECTED = {
  NETWORK_UNREACHABLE: "a connection",
  NETWORK_TIMEOUT: "a whole answer in time",
  NETWORK_TRUNCATED: "a whole answer",
  NETWORK_TOO_LARGE: "an answer within the limits",
  NETWORK_TLS: "a certificate that is trusted for this host",
  NETWORK_REDIRECT: "an answer that is no redirect",
  PROXY_REFUSED: "the proxy to open a connection",
} as const satisfies Record<NetworkCode, string>;

const CODES: Readonly<Record<string, NetworkCode>> = {
  ECONNRESET: "NETWORK_TRUNCATED",
  EPIPE: "NETWORK_TRUNCATED",
  UND_ERR_SOCKET: "NETWORK_TRUNCATED",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "NETWORK_TRUNCATED",
  HTTPParserError: "NETWORK_TRUNCATED",
  Z_DATA_ERROR: "NETWORK_TRUNCATED",
  Z_BUF_ERROR: "NETWORK_TRUNCATED",
  UND_ERR_HEADERS_TIMEOUT: "NETWORK_TIMEOUT",
  UND_ERR_BODY_TIMEOUT: "NETWORK_TIMEOUT",
  UND_ERR_HEADERS_OVERFLOW: "NETWORK_TOO_LARGE",
};

// OpenSSL's verification results and Node's own TLS errors: https://nodejs.org/api/tls.html#x509-certificate-error-codes
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|PATH_LENGTH_|HOSTNAME_MISMATCH|EPROTO)/;

function errorCodeOf(problem: Problem): NetworkCode {
  if (problem.isProxy) return "PROXY_REFUSED";
  if (TLS_CODE.test(problem.name)) return "NETWORK_TLS";
  return (
    CODES[problem.name] ??
    (/^(HPE_|Z_|ERR__ERROR_FORMAT|ZSTD_)/.test(problem.name) ? "NETWORK_TRUNCATED" : "NETWORK_UNREACHABLE")
  );
}

function problemOf(error: unknown): Problem {
  let name = "Error";
  let isProxy = false;
  for (let link = error; link instanceof Error; link = link.cause) {
    const code = "code" in link && typeof link.code === "string" ? link.code : undefined;
    name = code ?? link.name;
    // undici gives a refused CONNECT no code of its own.
    if (link.message.startsWith("Proxy response")) isProxy = true;
  }
  return { name, isProxy };
}
