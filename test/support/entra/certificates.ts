import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** A certificate made for a test, with its key. */
export interface TestCertificate {
  readonly pem: string;
  readonly keyPem: string;
  readonly key: KeyObject;
  readonly name: string;
}

interface CertificateOptions {
  readonly name: string;
  /** Signs it; itself when absent. */
  readonly issuer?: TestCertificate;
  readonly isAuthority?: boolean;
  readonly hosts?: readonly string[];
  readonly kind?: "rsa" | "ec";
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

const DAY_MS = 86_400_000;

/** A certificate (RFC 5280), put together by hand because Node can read but not make one, and `openssl` may be absent. */
export function makeCertificate(options: CertificateOptions): TestCertificate {
  const { name, issuer, isAuthority = false, hosts = [], kind = "ec" } = options;
  const pair =
    kind === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = issuer?.key ?? pair.privateKey;
  const algorithm = signer.asymmetricKeyType === "rsa" ? SHA256_RSA : SHA256_ECDSA;
  const spki = pair.publicKey.export({ type: "spki", format: "der" });
  const now = Date.now();
  const toBeSigned = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    // The first octet is not zero: DER knows one form of a number.
    integer(
      Buffer.concat([Buffer.from([1]), createHash("sha256").update(spki).update(name).digest()]).subarray(
        0,
        8,
      ),
    ),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    sequence(time(options.notBeforeMs ?? now - DAY_MS), time(options.notAfterMs ?? now + 30 * DAY_MS)),
    distinguishedName(name),
    spki,
    tagged(0xa3, sequence(...extensions(isAuthority, hosts))),
  );
  const der = sequence(toBeSigned, algorithm, bitString(sign("sha256", toBeSigned, signer)));
  const body = der.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    keyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    key: pair.privateKey,
    name,
  };
}

/** An authority and a certificate of it for `localhost`, `*.api.test` and 127.0.0.1. */
export function makeServerCertificate(): { readonly ca: TestCertificate; readonly server: TestCertificate } {
  // OpenSSL finds an issuer by its name: two of one name hide each other.
  const ca = makeCertificate({ name: `Daybook test CA ${randomUUID()}`, isAuthority: true });
  return {
    ca,
    server: makeCertificate({ name: "localhost", issuer: ca, hosts: ["localhost", "*.api.test"] }),
  };
}

function extensions(isAuthority: boolean, hosts: readonly string[]): Buffer[] {
  const basic = extension("551d13", sequence(...(isAuthority ? [Buffer.from([1, 1, 0xff])] : [])), true);
  // keyCertSign and digitalSignature, or digitalSignature alone.
  const usage = extension("551d0f", Buffer.from(isAuthority ? [3, 2, 2, 0x84] : [3, 2, 7, 0x80]), true);
  if (hosts.length === 0) return [basic, usage];
  const names = [
    ...hosts.map((host) => tagged(0x82, Buffer.from(host))),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
  ];
  return [basic, usage, extension("551d11", sequence(...names), false)];
}

function extension(oidHex: string, value: Buffer, isCritical: boolean): Buffer {
  return sequence(
    tagged(0x06, Buffer.from(oidHex, "hex")),
    ...(isCritical ? [Buffer.from([1, 1, 0xff])] : []),
    tagged(0x04, value),
  );
}

function distinguishedName(commonName: string): Buffer {
  const attribute = sequence(
    tagged(0x06, Buffer.from("550403", "hex")),
    tagged(0x0c, Buffer.from(commonName)),
  );
  return sequence(tagged(0x31, attribute));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return tagged(0x18, Buffer.from(`${text}Z`));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, (bytes[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const SHA256_ECDSA = sequence(tagged(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const SHA256_RSA = sequence(tagged(0x06, Buffer.from("2a864886f70d01010b", "hex")), Buffer.from([5, 0]));
