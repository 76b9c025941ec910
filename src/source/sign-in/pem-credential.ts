import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { DaybookError } from "../../model/errors.js";
import type { ReadSecret } from "./sign-in-method.js";

/** Where a client certificate is. Everything is read anew for each sign-in. */
export interface CertificateSource {
  readonly certificate: ReadSecret;
  readonly privateKey: ReadSecret;
  readonly passphrase?: ReadSecret;
}

/** A certificate with its key, checked to belong together. */
export interface CertificateCredential {
  /** Leaf first, then the chain in the order found. */
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
  readonly privateKey: KeyObject;
}

/**
 * The key may be encrypted (PKCS#8, or the older form of OpenSSL); the certificate may come with its chain, in any order;
 * both may be in one file. `subject` opens the message. Rejects with SECRET_UNREADABLE.
 */
export async function readPemCredential(
  subject: string,
  source: CertificateSource,
): Promise<CertificateCredential> {
  const passphrase = await source.passphrase?.();
  const certificates = readCertificates(subject, await source.certificate());
  return pairUp(subject, certificates, readKey(subject, await source.privateKey(), passphrase));
}

/** All certificates of a PEM text, at least one. Throws SECRET_UNREADABLE. */
function readCertificates(subject: string, pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw unusable(subject, "no certificate found, expected PEM");
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw unusable(subject, "the certificate cannot be parsed, expected X.509 in PEM");
  }
}

/** Puts the key's certificate first. Throws SECRET_UNREADABLE when none is the key's, or Entra ID would not accept the key. */
function pairUp(
  subject: string,
  certificates: readonly X509Certificate[],
  privateKey: KeyObject,
): CertificateCredential {
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.asymmetricKeyType !== "rsa" || bits < 2048) {
    throw unusable(
      subject,
      `found a key of type ${privateKey.asymmetricKeyType ?? "unknown"} with ${bits} bits, expected RSA of 2048 bits or more`,
    );
  }
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(privateKey));
  if (leaf === undefined) throw unusable(subject, "the private key is not that of the certificate");
  return { certificates: [leaf, ...certificates.filter((other) => other !== leaf)], privateKey };
}

/** Without a cause: it may quote the key. */
function unusable(subject: string, found: string): DaybookError {
  return new DaybookError("SECRET_UNREADABLE", {
    message: `${subject}: client certificate: ${found}`,
    hint: "check auth.certificate, auth.privateKey and auth.passphrase; `openssl x509 -in FILE -noout -text` shows a certificate",
  });
}

function readKey(subject: string, pem: string, passphrase: string | undefined): KeyObject {
  const encrypted = /ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined) {
    throw unusable(subject, "the private key is encrypted, expected auth.passphrase");
  }
  try {
    return createPrivateKey(encrypted && passphrase !== undefined ? { key: pem, passphrase } : pem);
  } catch {
    throw unusable(
      subject,
      encrypted ? "the passphrase does not open the private key" : "no private key found, expected PEM",
    );
  }
}
