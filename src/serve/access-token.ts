import { timingSafeEqual } from "node:crypto";
import { DaybookError } from "../model/errors.js";
import { sha256Hex } from "../model/sha256.js";

const MIN_CHARACTERS = 24;

/** Throws SECRET_UNREADABLE for a token that could be guessed. */
export function checkAccessToken(token: string): string {
  if (token.length >= MIN_CHARACTERS) return token;
  throw new DaybookError("SECRET_UNREADABLE", {
    message: `serve.token: found a token of ${token.length} characters, expected at least ${MIN_CHARACTERS}`,
    hint: "make one: openssl rand -base64 32",
  });
}

/**
 * Whether an Authorization header shows the token: as a bearer token (RFC 6750), as Prometheus sends it, or as the password
 * of Basic (RFC 7617) beside any user name, which is how a browser asks for it.
 */
export function hasAccess(header: string | undefined, token: string): boolean {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) +([\w\-.~+/]+=*)$/i.exec(header ?? "") ?? [];
  if (scheme === "") return false;
  if (scheme.toLowerCase() === "bearer") return isSame(value, token);
  const login = Buffer.from(value, "base64").toString();
  const at = login.indexOf(":");
  return at !== -1 && isSame(login.slice(at + 1), token);
}

/** The digests have one length, so the time does not tell how much of the token was right. */
function isSame(found: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(found)), Buffer.from(sha256Hex(expected)));
}
