import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { DaybookError } from "../../model/errors.js";
import {
  CONTEXT_0,
  DerError,
  OCTET_STRING,
  contentOf,
  elementsOf,
  explicitOf,
  objectIdentifierOf,
  sequenceOf,
} from "./der.js";
import type { DerElement } from "./der.js";
import { pairUp, unusable } from "./pem-credential.js";
import type { CertificateCredential } from "./pem-credential.js";
import { UnsupportedEncryption, decryptWithPassphrase } from "./pkcs12-encryption.js";

// RFC 7292, appendix D, and RFC 2315.
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERT_BAG = "1.2.840.113549.1.12.10.1.3";

/**
 * Certificate and key of a PKCS#12 file (RFC 7292), as OpenSSL, Windows and Azure Key Vault write it. Node loads such a file
 * for TLS but gives its key to nobody. The file's own MAC is not checked: key and certificate must belong together, which no
 * altered file passes. Throws SECRET_UNREADABLE.
 */
export function pkcs12Credential(
  subject: string,
  file: Uint8Array,
  passphrase: string,
): CertificateCredential {
  try {
    const [pfx] = elementsOf(file);
    const bags = safeContents(sequenceOf(pfx)[1], passphrase).flatMap(safeBags);
    const [privateKey, second] = bags.flatMap((bag) => keyIn(bag, passphrase));
    if (privateKey === undefined || second !== undefined)
      throw unusable(subject, "found not exactly one key in the PKCS#12 file, expected one");
    return pairUp(subject, bags.flatMap(certificateIn), privateKey);
  } catch (error) {
    if (error instanceof DaybookError) throw error;
    throw unusable(subject, problemIn(error));
  }
}

interface SafeBag {
  readonly type: string;
  readonly value: DerElement;
}

/** AuthenticatedSafe: the decrypted SafeContents, in the file's order. */
function safeContents(authSafe: DerElement | undefined, passphrase: string): Uint8Array[] {
  const [parts] = elementsOf(dataIn(authSafe));
  return sequenceOf(parts).map((part) => {
    const [type, content] = sequenceOf(part);
    if (objectIdentifierOf(type) !== ENCRYPTED_DATA) return dataIn(part);
    const [, encrypted] = sequenceOf(explicitOf(content));
    const [, algorithm, bytes] = sequenceOf(encrypted);
    // [0] IMPLICIT OCTET STRING.
    return decryptWithPassphrase(algorithm, contentOf(bytes, 0x80), passphrase);
  });
}

function dataIn(contentInfo: DerElement | undefined): Uint8Array {
  const [type, content] = sequenceOf(contentInfo);
  if (objectIdentifierOf(type) !== DATA) throw new DerError("expected data");
  return contentOf(explicitOf(content), OCTET_STRING);
}

function safeBags(contents: Uint8Array): SafeBag[] {
  const [bags] = elementsOf(contents);
  return sequenceOf(bags).map((bag) => {
    const [type, value] = sequenceOf(bag);
    return { type: objectIdentifierOf(type), value: explicitOf(value) };
  });
}

function keyIn({ type, value }: SafeBag, passphrase: string): KeyObject[] {
  if (type === KEY_BAG) return [toKey(value.whole)];
  if (type !== SHROUDED_KEY_BAG) return [];
  const [algorithm, bytes] = sequenceOf(value);
  return [toKey(decryptWithPassphrase(algorithm, contentOf(bytes, OCTET_STRING), passphrase))];
}

function certificateIn({ type, value }: SafeBag): X509Certificate[] {
  if (type !== CERT_BAG) return [];
  const [, certificate] = sequenceOf(value);
  return [new X509Certificate(contentOf(explicitOf(certificate, CONTEXT_0), OCTET_STRING))];
}

function toKey(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
}

function problemIn(error: unknown): string {
  if (error instanceof UnsupportedEncryption) {
    return `the PKCS#12 file is encrypted with algorithm ${error.algorithm}, expected AES or triple DES; export it anew with \`openssl pkcs12 -export\` 3.0 or later`;
  }
  return error instanceof DerError
    ? "the PKCS#12 file cannot be parsed, expected DER (not PEM, not cut short), or its passphrase is wrong"
    : "the passphrase does not open the PKCS#12 file";
}
