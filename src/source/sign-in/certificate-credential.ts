import { pemCredential } from "./pem-credential.js";
import type { CertificateCredential } from "./pem-credential.js";
import { pkcs12Credential } from "./pkcs12.js";
import type { ReadSecret } from "./sign-in-method.js";

/** Where a client certificate lies. Everything is read anew for each sign-in. */
export type CertificateSource =
  | { readonly certificate: ReadSecret; readonly privateKey: ReadSecret; readonly passphrase?: ReadSecret }
  | { readonly pkcs12: () => Promise<Uint8Array>; readonly passphrase?: ReadSecret };

/** Throws SECRET_UNREADABLE when the credential cannot be used. `subject` opens the message. */
export async function readCertificateCredential(
  subject: string,
  source: CertificateSource,
): Promise<CertificateCredential> {
  const passphrase = await source.passphrase?.();
  if ("pkcs12" in source) return pkcs12Credential(subject, await source.pkcs12(), passphrase ?? "");
  return pemCredential(subject, await source.certificate(), await source.privateKey(), passphrase);
}
