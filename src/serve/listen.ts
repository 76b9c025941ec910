import { once } from "node:events";
import type { Server } from "node:http";
import { DaybookError } from "../model/errors.js";

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Resolves with the port once the server listens. SERVE_FAILED when it cannot; `setting` is where the address was given. */
export async function listenOn(
  server: Server,
  { host, port }: ListenAddress,
  setting: string,
): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new DaybookError("SERVE_FAILED", {
      message: `${setting}: cannot listen on ${host}:${port}: found ${codeOf(cause)}, expected a free address of this machine`,
      hint: `stop what uses the port, or change ${setting}`,
      cause,
    });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Ends every connection at once: an answer half sent is no loss. */
export async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "an unknown error";
}
