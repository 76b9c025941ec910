import { isIP } from "node:net";

/**
 * Whether a Host header names this server. A page of somebody else's, whose name was made to resolve to this machine (DNS
 * rebinding), comes with its own name; an address or `localhost` cannot be rebound. The port says nothing: tunnels change it.
 */
export function isOwnHost(header: string | undefined, listenHost: string): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(header ?? "")?.[1]?.toLowerCase();
  if (name === undefined) return false;
  const plain = name.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return plain === "localhost" || plain === listenHost.toLowerCase() || isIP(plain) !== 0;
}
