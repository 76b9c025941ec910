import { getCACertificates } from "node:tls";
import { trustAuthorities } from "../../../src/io/tls.js";
import type { TestCertificate } from "./certificates.js";

/** Makes this test process trust the authority, by the way that `tls.ca` takes. */
export function trust(ca: TestCertificate): void {
  if (!getCACertificates("default").includes(ca.pem)) trustAuthorities("test-ca.pem", ca.pem);
}
