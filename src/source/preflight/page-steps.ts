import { eventField, scanPage } from "../../bytes/page-scanner.js";
import type { ScannedPage } from "../../bytes/page-scanner.js";
import { isDaybookError } from "../../model/errors.js";
import { failed } from "./preflight-step.js";
import type { PreflightStep } from "./preflight-step.js";

export const UNKNOWN_OWNER = "that hour has no event, so nothing shows yet that the log is this tenant's";

/** The tenants whose events a page has, in lower case; none for a quiet hour. */
export async function ownersOf(body: Uint8Array): Promise<readonly string[]> {
  const page = await scannedPage(body);
  if (page === undefined) return [];
  const owners = new Set<string>();
  for (let index = 0; index < page.count; index += 1)
    owners.add((eventField(page, index, "OrganizationId") ?? "").toLowerCase());
  owners.delete("");
  return [...owners];
}

/** Empty when no event of the page is another tenant's: a token that is no JWT does not say whose it is, its events do. */
export function ownerSteps(owners: readonly string[], tenantId: string): readonly PreflightStep[] {
  const other = owners.find((owner) => owner !== tenantId.toLowerCase());
  if (other === undefined) return [];
  // From the source's text, which anybody may have written.
  const shown = other.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
  return [
    failed("tenant", {
      code: "WRONG_TENANT",
      found: `events of tenant ${shown}`,
      expected: `those of ${tenantId}`,
      hint: "correct tenantId, or use a token of the tenant that it names",
      isOutage: false,
    }),
  ];
}

/** Undefined where the body is not what the source promises: reading a day says so, with its place. */
async function scannedPage(body: Uint8Array): Promise<ScannedPage | undefined> {
  try {
    return await scanPage(body);
  } catch (error) {
    if (isDaybookError(error)) return undefined;
    throw error;
  }
}
