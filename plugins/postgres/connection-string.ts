import { DaybookError } from "daybook/plugin";

/** The server and the user that a connection string names. */
export interface ServerAddress {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** Within this machine: a Unix socket or the loopback interface. */
  readonly isLocal: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
// Parameters that request less than verification. The option `tls.mode` says which kind of verification.
const UNVERIFIED = new Set(["disable", "allow", "no-verify"]);
const KNOWN = new Set(["host", "port", "sslmode", "application_name"]);

/** Reads `postgres://user:password@host:port/database`. CONFIG_INVALID, without a word of the text: it is a secret. */
export function parseConnection(text: string): ServerAddress {
  // WHATWG URLs cannot have a user without a host, which libpq's may for a Unix socket.
  const url = URL.parse(text.trim().replace(/@(?=\/)/, "@%2F"));
  if (url === null) throw invalid("no address", "postgres://user@host/database");
  checkUrl(url);
  const { host, isLocal } = hostOf(url);
  const user = decoded(url.username);
  if (user === "") throw invalid("no user", "one");
  return {
    host,
    port: portOf(url.searchParams.get("port") ?? url.port),
    user,
    password: url.password === "" ? undefined : decoded(url.password),
    database: decoded(url.pathname.slice(1)) || user,
    isLocal,
  };
}

function checkUrl(url: URL): void {
  if (!/^postgres(ql)?:$/.test(url.protocol)) throw invalid("no address", "postgres://user@host/database");
  // A / ? or # in a password ends it for a URL: the rest would be taken for host, database or parameters, and shown.
  if (`${url.pathname}${url.search}${url.hash}`.includes("@"))
    throw invalid("an @ behind the host", "@ in a user, password or database written as %40, and / as %2F");
  const unknown = [...url.searchParams.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw invalid("a parameter that is not known", [...KNOWN].join(", "));
}

function hostOf({ searchParams, hostname }: URL): Pick<ServerAddress, "host" | "isLocal"> {
  const host = searchParams.get("host") ?? decoded(hostname).replace(/^\[(.*)\]$/, "$1");
  const isLocal = host.startsWith("/") || LOOPBACK.test(host);
  if (host === "" || host === "/") throw invalid("no host", "a host, or the folder of a socket as ?host=");
  if (UNVERIFIED.has(searchParams.get("sslmode") ?? "") && !isLocal) {
    throw invalid("an sslmode without verification", "sslmode=verify-full or none");
  }
  return { host, isLocal };
}

function portOf(text: string): number {
  const port = text === "" ? 5432 : Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw invalid("no port", "a number from 1 to 65535");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("wrong percent-encoding", "a % in a password written as %25");
  }
}

function invalid(found: string, expected: string): DaybookError {
  return new DaybookError("CONFIG_INVALID", {
    message: `connection string of the postgres sink: found ${found}, expected ${expected}`,
    hint: "correct the text in the file, variable or credential that `connection` names",
  });
}
