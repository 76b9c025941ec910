/** A refusal of the sign-in service in the operator's words. */
export interface SignInRefusal {
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

/**
 * The refusals that an application meets, by AADSTS number:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes. The service's own text is not passed on where
 * we have a better one: it names internals and changes.
 */
const REFUSALS: ReadonlyMap<number, SignInRefusal> = new Map([
  [
    7000215,
    refusal(
      "the client secret is wrong",
      "the secret's value",
      "copy the secret's Value, not its Secret ID, from the app registration, Certificates & secrets",
    ),
  ],
  [
    7000222,
    refusal(
      "the client secret has expired",
      "a secret in its period of validity",
      "make a new secret in the app registration, Certificates & secrets, and put it where the configuration names it",
    ),
  ],
  [
    700027,
    refusal(
      "the certificate is not registered for the application, or the private key is another's",
      "a certificate registered in the app registration",
      "upload the certificate (its public part) in the app registration, Certificates & secrets; for subject name and issuer trust set sendCertificateChain: true",
    ),
  ],
  [
    700024,
    refusal(
      "the assertion lies outside its period of validity",
      "a clock that differs by less than 5 minutes",
      "set this machine's clock by NTP (timedatectl status); with workload identity check that the token file is renewed",
    ),
  ],
  [
    50012,
    refusal(
      "the assertion's signature is wrong",
      "the private key of the registered certificate",
      "check that certificate and privateKey belong together",
    ),
  ],
  [
    700023,
    refusal(
      "the assertion is made out to another audience",
      "an assertion for this authority",
      "check cloud or endpoints.authority",
    ),
  ],
  [
    700016,
    refusal(
      "the application is not known in the tenant",
      "an application registered in it",
      "compare clientId (Application ID, not Object ID) and tenantId with the app registration's overview",
    ),
  ],
  [
    7000229,
    refusal(
      "the application has no service principal in the tenant",
      "one in the tenant to archive",
      "let an administrator of the tenant consent to the application",
    ),
  ],
  [
    7000112,
    refusal(
      "the application is disabled in the tenant",
      "an enabled one",
      "enable sign-in in Enterprise applications, Properties",
    ),
  ],
  [
    90002,
    refusal(
      "the tenant does not exist in this cloud",
      "the Directory (tenant) ID, in the cloud it lives in",
      "compare tenantId with Entra ID, Overview, and check cloud",
    ),
  ],
  [
    900023,
    refusal(
      "the tenant identifier is not valid",
      "a Directory (tenant) ID",
      "compare tenantId with Entra ID, Overview",
    ),
  ],
  [
    900382,
    refusal(
      "the tenant lives in another cloud",
      "the cloud of the tenant",
      "set cloud: gcc-high, dod or china as your organisation has it",
    ),
  ],
  [
    50034,
    refusal(
      "the identity is not known in the directory",
      "an application of this tenant",
      "compare clientId and tenantId with the app registration's overview",
    ),
  ],
  [
    500011,
    refusal(
      "Power BI is not known in the tenant",
      "the Power BI of the tenant's own cloud",
      "check cloud; a tenant that never used Power BI has to start it once",
    ),
  ],
  [
    70011,
    refusal(
      "the scope is not valid",
      "the Power BI resource with /.default",
      "check cloud or endpoints.scope",
    ),
  ],
  [
    53003,
    refusal(
      "a conditional access policy blocks the sign-in",
      "a policy that allows it from this machine",
      "ask for a workload identity policy that admits this machine's outgoing address",
    ),
  ],
  [700211, federation("issuer")],
  [700212, federation("audience")],
  [700213, federation("subject")],
  [70021, federation("issuer, subject or audience")],
]);

/** Undefined for a number that we have no better words for than the service's. */
export function signInRefusal(aadsts: number): SignInRefusal | undefined {
  return REFUSALS.get(aadsts);
}

function refusal(found: string, expected: string, hint: string): SignInRefusal {
  return { found, expected, hint };
}

function federation(claim: string): SignInRefusal {
  return refusal(
    `no federated credential of the application has this token's ${claim}`,
    "a federated credential with the token's issuer, subject and audience",
    "compare the app registration, Certificates & secrets, Federated credentials, with the token's iss, sub and aud",
  );
}
