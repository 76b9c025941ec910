import type { ScannedPage } from "./page-scanner.js";

/** What a page says about how its chain goes on. */
export type PageLinks = Pick<ScannedPage, "continuationToken" | "continuationUri">;

/**
 * The decoded token that leads to the next page, or null at the end of the chain. Only when token and URI are both absent
 * has the chain ended: neither an empty page nor `lastResultSet` ends it. Undefined: there is a URI, but no token in it.
 */
export function nextToken(page: PageLinks): string | null | undefined {
  if (isGiven(page.continuationToken)) return decodeOnce(page.continuationToken);
  if (isGiven(page.continuationUri)) return tokenInUri(page.continuationUri);
  return null;
}

function isGiven(text: string | null): text is string {
  return text !== null && text !== "";
}

/**
 * Undoes one layer of percent-encoding: the source hands tokens out encoded. What is not valid encoding stays as it is,
 * as in Microsoft's own client; decodeURIComponent alone would throw on such tokens. A `+` means itself.
 */
function decodeOnce(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

// Taken as text: a URL parser would end the query at a raw `#`, which the older form of token contains.
function tokenInUri(uri: string): string | undefined {
  const value = /[?&]continuationToken=([^&]*)/i.exec(uri)?.[1];
  if (value === undefined) return undefined;
  const literal = decodeOnce(value);
  const token = /^'.*'$/s.test(literal) ? literal.slice(1, -1).replaceAll("''", "'") : literal;
  return token === "" ? undefined : token;
}
