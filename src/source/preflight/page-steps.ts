import { eventField, scanPage } from "../../bytes/page-scanner.js";
import type { ScannedPage } from "../../bytes/page-scanner.js";
import { isDaybookError } from "../../model/errors.js";
import { failed } from "./preflight-step.js";
import type { PreflightStep } from "./preflight-step.js";

/**
 * Empty when no event of the page is another tenant's: a token that is no JWT does not say whose it is, its events do. A quiet
 * hour has none, and then nothing is known.
 */
export async function pageSteps(body: Uint8Array, tenantId: string): Promise<readonly PreflightStep[]> {
  const page = await scannedPage(body);
  for (let index = 0; index < (page?.count ?? 0); index += 1) {
    const found = page === undefined ? "" : (eventField(page, index, "OrganizationId") ?? "").toLowerCase();
    if (found === "" || found === tenantId.toLowerCase()) continue;
    // From the source's text, which anybody may have written.
    const shown = found.replace(/[^\x20-\x7e]/g, "?").slice(0, 120);
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
  return [];
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
