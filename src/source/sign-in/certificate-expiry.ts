import type { X509Certificate } from "node:crypto";
import { DAY_MS } from "../../model/utc-day.js";
import { readPemCredential } from "./pem-credential.js";
import type { CertificateSource } from "./pem-credential.js";

/** How near a certificate's end is: from 30, 14 and 3 days ahead. */
export type ExpiryWarning = "none" | "soon" | "near" | "urgent" | "expired";

export interface CertificateExpiry {
  readonly expiresAtMs: number;
  /** Whole days left; negative once it has expired. */
  readonly daysLeft: number;
  readonly warning: ExpiryWarning;
}

/** Of the certificate as it is configured now. Throws SECRET_UNREADABLE when it cannot be used. */
export async function readCertificateExpiry(
  subject: string,
  source: CertificateSource,
  nowMs: number,
): Promise<CertificateExpiry> {
  const { certificates } = await readPemCredential(subject, source);
  return certificateExpiry(certificates[0], nowMs);
}

export function certificateExpiry(certificate: X509Certificate, nowMs: number): CertificateExpiry {
  const expiresAtMs = Date.parse(certificate.validTo);
  const daysLeft = Math.floor((expiresAtMs - nowMs) / DAY_MS);
  return { expiresAtMs, daysLeft, warning: warningAt(expiresAtMs - nowMs) };
}

function warningAt(leftMs: number): ExpiryWarning {
  if (leftMs <= 0) return "expired";
  if (leftMs <= 3 * DAY_MS) return "urgent";
  if (leftMs <= 14 * DAY_MS) return "near";
  if (leftMs <= 30 * DAY_MS) return "soon";
  return "none";
}
