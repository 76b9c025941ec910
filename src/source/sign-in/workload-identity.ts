import { signInWithMsal } from "./msal-sign-in.js";
import type { SignInTarget } from "./msal-sign-in.js";
import type { ReadSecret, SignInAttempt, SignInMethod } from "./sign-in-method.js";
import { readClaims } from "./token-claims.js";

/** auth.method `workload-identity`: a token of Kubernetes, GitHub or another issuer, which its host renews in a file. */
export class WorkloadIdentity implements SignInMethod {
  constructor(
    private readonly target: SignInTarget,
    private readonly readAssertion: ReadSecret,
  ) {}

  async prepare(): Promise<SignInAttempt> {
    const assertion = (await this.readAssertion()).trim();
    const { issuer, subject, audience } = readClaims(assertion) ?? {};
    return {
      // The token is another every hour. What the service matches, and refuses, are these three.
      mark: JSON.stringify([issuer, subject, audience]),
      send: (signal) => signInWithMsal(this.target, { clientAssertion: assertion }, [assertion], signal),
    };
  }
}
