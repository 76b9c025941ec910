import { signInWithMsal } from "./msal-sign-in.js";
import type { SignInTarget } from "./msal-sign-in.js";
import type { ReadSecret, SignInAttempt, SignInMethod } from "./sign-in-method.js";

/** auth.method `client-secret`. */
export class ClientSecret implements SignInMethod {
  constructor(
    private readonly target: SignInTarget,
    private readonly readSecret: ReadSecret,
  ) {}

  async prepare(): Promise<SignInAttempt> {
    const secret = await this.readSecret();
    return {
      mark: secret,
      send: (signal) => signInWithMsal(this.target, { clientSecret: secret }, [secret], signal),
    };
  }
}
