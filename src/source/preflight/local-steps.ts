import { isoTime } from "../../model/utc-day.js";
import type { CertificateExpiry } from "../sign-in/certificate-expiry.js";
import { failed, passed } from "./preflight-step.js";
import type { PreflightStep } from "./preflight-step.js";

/** The sign-in service bears 5 minutes; a machine whose clock is kept by NTP stays well below this. */
const MAX_SKEW_MS = 120_000;

export function certificateStep({ expiresAtMs, daysLeft, warning }: CertificateExpiry): PreflightStep {
  const end = isoTime(expiresAtMs);
  const hint =
    "make a new certificate, register it in the app registration, then put it where the configuration names it";
  if (warning === "expired") {
    const expected = "one in its period of validity";
    return failed("certificate", {
      code: "CERTIFICATE_EXPIRED",
      found: `a certificate that expired ${end}`,
      expected,
      hint,
      isOutage: false,
    });
  }
  return passed(
    "certificate",
    `valid until ${end}, ${daysLeft} days from now`,
    warning === "none" ? "" : hint,
  );
}

/** Admin-consented permissions are the commonest cause of a refusal without words; where the source answers, they do no harm yet. */
export function permissionStep(roles: readonly string[], isServed: boolean): PreflightStep {
  const shown = roles.join(", ").slice(0, 200);
  const hint = "remove admin-consented Power BI permissions in the app registration, API permissions";
  if (roles.length === 0) return passed("permissions", "none, as it must be");
  if (isServed) return passed("permissions", shown, hint);
  return failed("permissions", {
    code: "ADMIN_CONSENT",
    found: shown,
    expected: "none",
    hint,
    isOutage: false,
  });
}

/** Compares this machine's clock with the answer's Date, which is whole seconds (RFC 9110, section 6.6.1). */
export function clockStep(headers: Readonly<Record<string, string>>, nowMs: number): PreflightStep {
  const theirsMs = Date.parse(headers["date"] ?? "");
  if (Number.isNaN(theirsMs)) return passed("clock", "not compared: the answer has no date");
  const skewMs = nowMs - theirsMs;
  const found = `${Math.abs(Math.round(skewMs / 1000))} s ${skewMs < 0 ? "behind" : "ahead of"} the source`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return passed("clock", found);
  const expected = `at most ${MAX_SKEW_MS / 1000} s apart`;
  const hint = "set this machine's clock by NTP (timedatectl status)";
  return failed("clock", { code: "CLOCK_SKEW", found, expected, hint, isOutage: false });
}
