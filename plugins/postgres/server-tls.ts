import type { Files } from "daybook/plugin";
import type { ServerAddress } from "./connection-string.js";
import type { PostgresOptions } from "./options.js";
import type { SessionSettings } from "./session.js";

const MAX_CA_BYTES = 1 << 20;

/**
 * How the server is verified. Undefined, which means plain text, only within this machine and without the option `tls`: the
 * driver itself would send a password to any server that answers.
 */
export async function serverTls(
  { host, isLocal }: ServerAddress,
  tls: PostgresOptions["tls"],
  files: Files,
): Promise<SessionSettings["ssl"]> {
  if (tls === undefined) return isLocal ? undefined : { ...VERIFIED, host };
  const { ca, mode } = tls;
  return {
    ...VERIFIED,
    // The driver names a host by name only: for an address, any certificate for "localhost" would do.
    host,
    ...(ca === undefined ? {} : { ca: Buffer.from(await files.read(ca, MAX_CA_BYTES)) }),
    ...(mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}

// Explicit, because NODE_TLS_REJECT_UNAUTHORIZED in the environment would otherwise turn it off.
const VERIFIED = { rejectUnauthorized: true, minVersion: "TLSv1.2" } as const;
