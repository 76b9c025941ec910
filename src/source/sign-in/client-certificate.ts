import { signInWithMsal } from "./msal-sign-in.js";
import type { SignInTarget } from "./msal-sign-in.js";
import type { CertificateCredential } from "./pem-credential.js";
import type { SignInAttempt, SignInMethod } from "./sign-in-method.js";

/** auth.method `client-certificate`. */
export class ClientCertificate implements SignInMethod {
  constructor(
    private readonly target: SignInTarget,
    private readonly readCredential: () => Promise<CertificateCredential>,
    /** Sends the chain along (`x5c`), for applications that trust subject name and issuer instead of one certificate. */
    private readonly sendCertificateChain: boolean,
  ) {}

  async prepare(): Promise<SignInAttempt> {
    const { certificates, privateKey } = await this.readCredential();
    const thumbprintSha256 = certificates[0].fingerprint256.replaceAll(":", "");
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const chain = this.sendCertificateChain
      ? { x5c: certificates.map((each) => each.toString()).join("") }
      : {};
    const clientCertificate = { thumbprintSha256, privateKey: key, ...chain };
    return {
      mark: thumbprintSha256,
      send: (signal) => signInWithMsal(this.target, { clientCertificate }, [], signal),
    };
  }
}
