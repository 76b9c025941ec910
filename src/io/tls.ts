import { X509Certificate } from "node:crypto";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { DaybookError } from "../model/errors.js";

/**
 * Makes the whole process trust the operating system's authorities and those of `pem` (the text of `tls.ca`, read from `path`),
 * besides those that Node brings. Called once at the start, before the first connection. There is no way to trust less than
 * a valid chain: verification cannot be turned off. Throws CONFIG_INVALID.
 */
export function trustAuthorities(path: string, pem: string): void {
  const extra = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (extra.length === 0) throw invalid(path, "no certificate in PEM");
  for (const [index, certificate] of extra.entries()) {
    if (!isAuthority(certificate)) throw invalid(path, `certificate ${index + 1} that is no authority`);
  }
  const known = [...getCACertificates("default"), ...getCACertificates("system"), ...extra];
  setDefaultCACertificates([...new Set(known)]);
}

/** Throws CONFIG_INVALID where the environment tells Node to trust any host: no option may, so this one may not either. */
export function requireVerification(environment: Readonly<Record<string, string | undefined>>): void {
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"] !== "0") return;
  throw new DaybookError("CONFIG_INVALID", {
    message: "NODE_TLS_REJECT_UNAUTHORIZED in the environment: found 0, expected hosts to be verified",
    hint: "unset it, and name your organisation's root certificate in tls.ca",
  });
}

// A server's own certificate would be taken without complaint, and then refused on the first connection.
function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

function invalid(path: string, found: string): DaybookError {
  return new DaybookError("CONFIG_INVALID", {
    message: `tls.ca: found ${found} in ${path}, expected certificates of authorities in PEM`,
    hint: "name the file with your organisation's root certificate; `openssl x509 -in FILE -noout -ext basicConstraints` says CA:TRUE for one",
  });
}
