import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../src/cli/command.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { revisionsIn } from "../support/e2e-archived.js";
import { makeCertificate } from "../support/entra/certificates.js";
import type { TestCertificate } from "../support/entra/certificates.js";
import { decode, makeJwt } from "../support/entra/entra-server.js";
import { ARC_KEY_PATH, startIdentity } from "../support/entra/identity-stand-in.js";
import type { IdentityRules } from "../support/entra/identity-stand-in.js";
import { APPLICATION_ID, operator, sourceToken } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";

const FIXTURES = join(import.meta.dirname, "..", "source", "sign-in", "fixtures");
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
const SECRET = "canary~methods~secret~value";
const PASSPHRASE = "kirschbaum";
const PROOF = "canary~identity~proof";
const IDENTITY = "22222222-3333-4444-5555-666666666666";
const RESOURCE_ID =
  "/subscriptions/1/resourcegroups/a/providers/Microsoft.ManagedIdentity/userAssignedIdentities/daybook";

/** From a configuration to a sealed day, and the archive checked from the ground up. */
async function archiveDay(own: Operator, overrides: Partial<Surroundings> = {}): Promise<void> {
  const archived = await own.runWith(overrides, "archive", "--day", own.day);
  expect(archived.err).not.toMatch(/canary|eyJ/);
  expect(archived).toMatchObject({ exit: 0, out: "contoso: 1 day sealed\n" });
  const verified = await own.runWith(overrides, "verify", "--level", "deep");
  expect(verified.exit).toBe(0);
  expect([...revisionsIn(join(own.vault, "contoso")).keys()]).toEqual([own.day]);
}

describe("a client secret", () => {
  it.each<readonly [string, string, (own: Operator) => void]>([
    ["a file", "{ file: ./secret }", (own) => void own.put("secret", `${SECRET}\n`)],
    ["the environment", "{ env: CONTOSO_SECRET }", ({ env }) => void (env["CONTOSO_SECRET"] = SECRET)],
    [
      "a systemd credential",
      "{ credential: contoso }",
      (own) => {
        own.env["CREDENTIALS_DIRECTORY"] = join(own.folder, "credentials");
        mkdirSync(join(own.folder, "credentials"), { mode: 0o700 });
        own.put("credentials/contoso", SECRET, 0o440);
      },
    ],
  ])("from %s archives a day", async (_name, secret, prepare) => {
    const own = await operator();
    own.entra.secrets.set(APPLICATION_ID, SECRET);
    prepare(own);
    own.configure({ auth: `{ method: client-secret, clientId: ${APPLICATION_ID}, secret: ${secret} }` });

    await archiveDay(own);

    expect(own.entra.seen).toHaveLength(1);
  });
});

const signsWith = (keys: string): string =>
  `{ method: client-certificate, clientId: ${APPLICATION_ID}, ${keys} }`;

describe("a client certificate", () => {
  it.each([
    ["PEM", "certificate: { file: ./client.pem }, privateKey: { file: ./client.key }"],
    [
      "PEM with an encrypted key",
      "certificate: { file: ./client.pem }, privateKey: { file: ./client-encrypted.key }, passphrase: { env: PASSPHRASE }",
    ],
  ])("in %s archives a day", async (_name, keys) => {
    const own = await operator();
    own.entra.certificates.set(APPLICATION_ID, fixture("client.pem").toString("utf8"));
    for (const name of ["client.pem", "client.key", "client-encrypted.key"]) {
      own.put(name, fixture(name));
    }
    own.env["PASSPHRASE"] = PASSPHRASE;
    own.configure({ auth: signsWith(keys) });

    await archiveDay(own);

    expect(headOf(own)).not.toHaveProperty("x5c");
  });

  it("of a chain is sent with it when told so, for trust by subject name and issuer", async () => {
    const own = await operator();
    const issuer = makeCertificate({ name: "Contoso issuing CA", isAuthority: true });
    const leaf = makeCertificate({ name: "daybook.contoso.example", issuer, kind: "rsa" });
    own.entra.certificates.set(APPLICATION_ID, leaf.pem);
    own.put("chain.pem", leaf.pem + issuer.pem, 0o644);
    own.put("chain.key", leaf.keyPem);
    const keys = "certificate: { file: ./chain.pem }, privateKey: { file: ./chain.key }";
    own.configure({ auth: signsWith(`${keys}, sendCertificateChain: true`) });

    await archiveDay(own);

    expect(headOf(own)["x5c"]).toEqual([leaf, issuer].map(derOf));
  });
});

/** The head of the assertion that was sent. */
function headOf({ entra }: Operator): Readonly<Record<string, unknown>> {
  return decode(entra.seen[0]?.form["client_assertion"]?.split(".")[0] ?? "");
}

function derOf({ pem }: TestCertificate): string {
  return pem.replace(/-----[A-Z ]+-----|\s/g, "");
}

it("a workload identity archives a day with the token that its platform left in a file", async () => {
  const own = await operator();
  const assertion = makeJwt({ iss: "https://issuer", sub: "daybook", aud: "api://AzureADTokenExchange" });
  own.entra.assertions.set(APPLICATION_ID, assertion);
  // Kubernetes mounts it readable by all in its own volume.
  own.put("federated", assertion, 0o644);
  own.configure({
    auth: `{ method: workload-identity, clientId: ${APPLICATION_ID}, tokenFile: ./federated }`,
  });

  await archiveDay(own);

  expect(own.entra.seen).toHaveLength(1);
});

it("a given token archives a day and no sign-in is made", async () => {
  const own = await operator();
  own.put("token", sourceTokenOf(own));
  own.configure({ auth: "{ method: token, token: { file: ./token } }" });

  await archiveDay(own);

  expect(own.entra.seen).toEqual([]);
});

function sourceTokenOf({ simulator }: Operator): string {
  return simulator.scenario.bearerToken ?? "";
}

const ENDPOINTS: readonly (readonly [IdentityRules["kind"], (url: string) => Record<string, string>])[] = [
  ["vm", (url) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: url })],
  ["app-service", (url) => ({ IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: PROOF })],
  ["arc", (url) => ({ IDENTITY_ENDPOINT: `${url}/metadata/identity/oauth2/token`, IMDS_ENDPOINT: url })],
];

describe.each(ENDPOINTS)("a managed identity of the kind %s", (kind, environment) => {
  const resourceName = kind === "app-service" ? "mi_res_id" : "msi_res_id";

  it.each<readonly [string, string, Readonly<Record<string, string>>]>([
    ["the system assigned", "", {}],
    ["named by client id", `, clientId: ${IDENTITY}`, { client_id: IDENTITY }],
    ["named by object id", `, objectId: ${IDENTITY}`, { object_id: IDENTITY }],
    ["named by resource id", `, resourceId: ${RESOURCE_ID}`, { [resourceName]: RESOURCE_ID }],
  ])("%s archives a day", async (_name, keys, identity) => {
    const token = sourceToken({ appid: IDENTITY });
    const own = await operator({}, token);
    const standIn = await startIdentity({ kind, token, proof: PROOF, identity });
    Object.assign(own.env, environment(standIn.url));
    own.configure({ auth: `{ method: managed-identity${keys} }` });

    await archiveDay(own, { files: withArcKey });

    expect(standIn.seen).toHaveLength(kind === "arc" ? 2 : 1);
    expect(own.entra.seen).toEqual([]);
  });
});

/** Arc's keys lie in a folder of the system that a test must not make. */
const withArcKey: Surroundings["files"] = {
  ...nodeFiles,
  read: async (path, maxBytes) =>
    path === ARC_KEY_PATH ? Buffer.from(PROOF) : nodeFiles.read(path, maxBytes),
};
