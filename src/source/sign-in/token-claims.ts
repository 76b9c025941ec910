/** What a token says of itself. Read for explanations only: its signature is the source's to check. */
export interface TokenClaims {
  readonly audience?: string;
  readonly tenantId?: string;
  readonly applicationId?: string;
  /** Application permissions that an administrator consented to. */
  readonly roles: readonly string[];
  readonly issuer?: string;
  readonly subject?: string;
  readonly expiresAtMs?: number;
}

/** The claims of a JWT (RFC 7519); undefined for a token that is none. Claim names: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference. */
export function readClaims(token: string): TokenClaims | undefined {
  const payload = parsePayload(token);
  if (payload === undefined) return undefined;
  const seconds = payload["exp"];
  return withoutUndefined({
    audience: text(Array.isArray(payload["aud"]) ? payload["aud"][0] : payload["aud"]),
    tenantId: text(payload["tid"]),
    // `azp` in tokens of version 2, `appid` in those of version 1.
    applicationId: text(payload["appid"]) ?? text(payload["azp"]),
    roles: Array.isArray(payload["roles"]) ? payload["roles"].filter(isPlainText) : [],
    issuer: text(payload["iss"]),
    subject: text(payload["sub"]),
    expiresAtMs: typeof seconds === "number" ? seconds * 1000 : undefined,
  });
}

function parsePayload(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Roles are shown to people as they are: none may hold what a terminal would obey. */
function isPlainText(value: unknown): value is string {
  return typeof value === "string" && /^[\x20-\x7e]{1,100}$/.test(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

type Undefinable<T> = { readonly [K in keyof T]: T[K] | undefined };

function withoutUndefined(claims: Undefinable<Required<TokenClaims>>): TokenClaims {
  return Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined),
  ) as unknown as TokenClaims;
}
