import type { AuthConfig } from "../config/schema.js";
import type { SecretSource } from "../config/secrets.js";
import type { CertificateSource } from "../source/sign-in/pem-credential.js";
import type { Credential } from "../source/sign-in/sign-in.js";

type CertificateAuth = Extract<AuthConfig, { readonly method: "client-certificate" }>;

/** How a tenant signs in, with its secrets as ways to read them: each is read anew when it is needed. */
export function credentialOf(auth: AuthConfig, secrets: SecretSource): Credential {
  switch (auth.method) {
    case "client-secret":
      return { method: auth.method, clientId: auth.clientId, secret: () => secrets.text(auth.secret) };
    case "client-certificate": {
      const { method, clientId, sendCertificateChain } = auth;
      return { method, clientId, sendCertificateChain, certificate: certificateOf(auth, secrets) };
    }
    case "workload-identity": {
      const { method, clientId, tokenFile } = auth;
      return { method, clientId, assertion: () => secrets.publicText({ file: tokenFile }) };
    }
    case "managed-identity": {
      const { method, clientId, resourceId, objectId } = auth;
      return {
        method,
        ...(clientId === undefined ? {} : { clientId }),
        ...(resourceId === undefined ? {} : { resourceId }),
        ...(objectId === undefined ? {} : { objectId }),
      };
    }
    case "token":
      return { method: auth.method, token: () => secrets.text(auth.token) };
    default:
      return auth satisfies never;
  }
}

/** Where the client certificate lies; also what its expiry is read from. */
export function certificateOf(auth: CertificateAuth, secrets: SecretSource): CertificateSource {
  const { certificate, privateKey, passphrase } = auth;
  return {
    certificate: () => secrets.publicText(certificate),
    privateKey: () => secrets.text(privateKey),
    ...(passphrase === undefined ? {} : { passphrase: () => secrets.text(passphrase) }),
  };
}
