import { DaybookError, isDaybookError } from "daybook/plugin";

/** What the plugin reads of an error of the server (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
interface ServerError extends Error {
  readonly code: string;
  readonly severity: string;
}

// By class or whole code. All others are refusals: a retry cannot help.
const PASSING = ["08", "53", "57", "58", "40", "55P03", "25006"];
// Their messages name roles, tables and settings. Others may quote a value, and so an event.
const SPEAKING = ["08", "28", "3D", "3F", "42", "53", "55", "57", "25"];

const HINTS: Readonly<Record<string, string>> = {
  "28": "check user and password in the connection string, and pg_hba.conf on the server",
  "3D": "create the database, or correct its name in the connection string",
  "42501": "grant what schema.sql of the postgres plugin grants, or make the role the owner of the schema",
  "42704": "create the role that readRole names",
  "53300": "raise max_connections, or close connections of others",
  "25006": "name the primary server: this one is a replica, or the role may only read",
};

// Errors of the driver itself, which have no code.
const LOST = /^(Connection terminated|timeout expired|Client has encountered a connection error)/;
const NO_TLS = /^(The server does not support SSL|There was an error establishing an SSL)/;
const NETWORK = /^(ECONN|EPIPE|EHOST|ENET|ETIMEDOUT|EAI_|ENOTFOUND|ENOENT|ERR_STREAM|ERR_SOCKET|EADDR)/;
const CERTIFICATE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_)/;

/**
 * An error of the server, the driver or the network as an error of a sink; others are returned unchanged. Without `cause`:
 * the server's errors contain the row in question.
 */
export function sinkError(error: unknown): unknown {
  if (!(error instanceof Error) || isDaybookError(error)) return error;
  if (isServerError(error)) return refusalOf(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (CERTIFICATE.test(code) || NO_TLS.test(error.message)) {
    return new DaybookError("SINK_REFUSED", {
      message: `postgres: expected a server with a certificate that is trusted, found ${error.message}`,
      hint: "set tls.ca to the authority of the server's certificate, and use the name that the certificate has",
    });
  }
  if (error.message.startsWith("SASL")) {
    return new DaybookError("SINK_REFUSED", {
      message: "postgres: expected a password that fits, found none in the connection string or another one",
      hint: HINTS["28"] ?? "",
    });
  }
  if (!NETWORK.test(code) && !LOST.test(error.message)) return error;
  return new DaybookError("SINK_UNAVAILABLE", {
    message: `postgres: expected an answer of the server, found ${error.message || code}`,
  });
}

function isServerError(error: Error): error is ServerError {
  return "severity" in error && "code" in error && typeof error.code === "string" && error.code.length === 5;
}

function refusalOf({ code, message }: ServerError): DaybookError {
  const hint = HINTS[code] ?? HINTS[code.slice(0, 2)];
  const isPassing = matches(PASSING, code);
  return new DaybookError(isPassing ? "SINK_UNAVAILABLE" : "SINK_REFUSED", {
    message: `postgres: SQLSTATE ${code}${matches(SPEAKING, code) ? `: ${message}` : ""}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

function matches(list: readonly string[], code: string): boolean {
  return list.includes(code) || list.includes(code.slice(0, 2));
}
