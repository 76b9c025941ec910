import { isIP } from "node:net";

/**
 * Whether a Host header names this server. In a DNS rebinding attack a foreign page's name resolves to this machine, and the
 * browser sends that name; an address or `localhost` cannot be rebound. Tunnels change the port, so it is not compared.
 */
export function isOwnHost(header: string | undefined, ownNames: readonly string[]): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.exec(header ?? "")?.[1]?.toLowerCase();
  if (name === undefined) return false;
  const plain = name.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return plain === "localhost" || isIP(plain) !== 0 || ownNames.some((own) => own.toLowerCase() === plain);
}
