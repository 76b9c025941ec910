import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { certificateExpiry, readCertificateExpiry } from "../../../src/source/sign-in/certificate-expiry.js";
import { makeCertificate } from "../../support/entra/certificates.js";

const END_MS = Date.parse("2027-01-31T12:00:00Z");
const DAY_MS = 86_400_000;
const made = makeCertificate({ name: "client", kind: "rsa", notAfterMs: END_MS });
const certificate = new X509Certificate(made.pem);

it.each([
  [31, "none"],
  [30, "soon"],
  [15, "soon"],
  [14, "near"],
  [4, "near"],
  [3, "urgent"],
  [0.5, "urgent"],
  [0, "expired"],
  [-1, "expired"],
])("warns of the end %d days ahead with %s (fault 48)", (days, warning) => {
  expect(certificateExpiry(certificate, END_MS - days * DAY_MS)).toEqual({
    expiresAtMs: END_MS,
    daysLeft: Math.floor(days),
    warning,
  });
});

it("tells the end of the key's own certificate, wherever it stands in the chain", async () => {
  const issuer = makeCertificate({ name: "issuer", isAuthority: true, notAfterMs: END_MS + 400 * DAY_MS });
  const source = { certificate: async () => issuer.pem + made.pem, privateKey: async () => made.keyPem };

  expect((await readCertificateExpiry("contoso", source, END_MS - 5 * DAY_MS)).warning).toBe("near");
});
