import type { Tenant } from "../compose/tenant-parts.js";
import { isDaybookError } from "../model/errors.js";
import { isoTime } from "../model/utc-day.js";
import type { ExpiryWarning } from "../source/sign-in/certificate-expiry.js";
import { count } from "./progress.js";

/** When the client certificate ends, as `status` tells it. */
export interface CertificateStatus {
  /** Null where this user cannot read the credential, as the service's user may. */
  readonly expires: string | null;
  /** Whole days; negative once it has expired. */
  readonly days_left: number | null;
  readonly warning: ExpiryWarning | "unreadable";
}

/** Null where the tenant signs in without a certificate. Never throws for the credential's sake. */
export async function certificateStatus({
  certificate,
}: Pick<Tenant, "certificate">): Promise<CertificateStatus | null> {
  if (certificate === undefined) return null;
  try {
    const { expiresAtMs, daysLeft, warning } = await certificate();
    return { expires: isoTime(expiresAtMs), days_left: daysLeft, warning };
  } catch (error) {
    if (!isDaybookError(error)) throw error;
    return { expires: null, days_left: null, warning: "unreadable" };
  }
}

/** Empty while there is nothing to do about it. */
export function certificateText(tenant: string, certificate: CertificateStatus | null): string {
  const { warning, expires, days_left: daysLeft } = certificate ?? { warning: "none" };
  if (warning === "none") return "";
  if (warning === "unreadable") return `certificate of ${tenant} cannot be read`;
  if (warning === "expired") return `certificate of ${tenant} EXPIRED at ${expires}`;
  return `certificate of ${tenant} expires in ${count(daysLeft ?? 0, "day")}`;
}

/** Says in the log what a person must do 30, 14 and 3 days ahead (fault 48). A sign-in that fails speaks for itself. */
export async function warnOfCertificate(tenant: Pick<Tenant, "name" | "log" | "certificate">): Promise<void> {
  const { warning, expires, days_left: daysLeft } = (await certificateStatus(tenant)) ?? { warning: "none" };
  if (warning === "none" || warning === "unreadable") return;
  const fields = { tenant: tenant.name, expires, daysLeft, warning };
  if (warning === "expired") tenant.log.error(fields, "client certificate found expired");
  else tenant.log.warn(fields, "client certificate found near its end");
}
