import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Surroundings } from "../../src/cli/command.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { filesWith, secretsIn } from "../support/e2e-canary.js";
import { makeJwt, sendJson } from "../support/entra/entra-server.js";
import { ARC_KEY_PATH } from "../support/entra/identity-stand-in.js";
import { APPLICATION_ID, operator, sourceToken } from "../support/entra/operator.js";
import type { Operator } from "../support/entra/operator.js";

// The secret and the given token are looked for in test/faults/e2e-canary.test.ts: here is what the other methods hold.
const FIXTURES = join(import.meta.dirname, "..", "source", "sign-in", "fixtures");
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
const PASSPHRASE = "kirschbaum";
const PROOF = "canary~identity+proof/of=the~machine";
const TOKEN = sourceToken({ canary: "token" });
const ASSERTION = makeJwt({ iss: "https://issuer", sub: "canary", aud: "api://AzureADTokenExchange" });
/** A line of the private key's body. */
const KEY_LINE = fixture("client.key").toString("utf8").split("\n")[3] ?? "";

/** Where one of the secrets stands after every command that signs in, or tells of it, has been run. */
async function leaksOf(
  own: Operator,
  secrets: readonly string[],
  overrides: Partial<Surroundings> = {},
): Promise<readonly string[]> {
  const leaks: string[] = [];
  for (const argv of [
    ["archive", "--day", own.day],
    ["config", "check", "--online"],
    ["config", "check", "--online", "--json"],
    ["status", "--json"],
  ]) {
    const { out, err } = await own.runWith(
      { ...overrides, env: { ...own.env, DAYBOOK_DEBUG: "1" } },
      ...argv,
    );
    const found = secretsIn(out + err, secrets);
    leaks.push(...found.map((index) => `${argv.join(" ")}: secret ${index}`));
    own.clock.advance(16 * 60_000);
  }
  return [...leaks, ...filesWith(join(own.folder, "state"), secrets), ...filesWith(own.vault, secrets)];
}

/** The token endpoint's refusals hold all that it was sent. */
function echo(own: Operator): void {
  own.entra.reply = (response, { form }) =>
    sendJson(response, 400, { error: JSON.stringify(form), error_description: JSON.stringify(form) });
}

const assertionsSent = (own: Operator): readonly string[] =>
  own.entra.seen.flatMap(({ form }) => form["client_assertion"] ?? []);

describe.each(["goes well", "is refused with all that was sent"])(
  "where the sign-in %s (fault 47)",
  (how) => {
    const refuses = how !== "goes well";

    it.each([
      [
        "an encrypted key",
        "certificate: { file: ./client.pem }, privateKey: { file: ./client-encrypted.key }",
      ],
    ])("neither key nor passphrase nor assertion of %s is found anywhere", async (_name, keys) => {
      const own = await operator({}, TOKEN);
      own.entra.certificates.set(APPLICATION_ID, fixture("client.pem").toString("utf8"));
      for (const name of ["client.pem", "client-encrypted.key"]) own.put(name, fixture(name));
      own.env["PASSPHRASE"] = PASSPHRASE;
      const passphrase = "passphrase: { env: PASSPHRASE }";
      own.configure({
        auth: `{ method: client-certificate, clientId: ${APPLICATION_ID}, ${keys}, ${passphrase} }`,
      });
      if (refuses) echo(own);

      const leaks = await leaksOf(own, [PASSPHRASE, KEY_LINE, TOKEN]);
      const sent = assertionsSent(own);

      expect(leaks).toEqual([]);
      expect(sent.length).toBeGreaterThan(0);
      expect(filesWith(join(own.folder, "state"), sent)).toEqual([]);
    });

    it("no federated token is found anywhere", async () => {
      const own = await operator({}, TOKEN);
      own.entra.assertions.set(APPLICATION_ID, ASSERTION);
      own.put("federated", ASSERTION);
      own.configure({
        auth: `{ method: workload-identity, clientId: ${APPLICATION_ID}, tokenFile: ./federated }`,
      });
      if (refuses) echo(own);

      expect(await leaksOf(own, [ASSERTION, TOKEN])).toEqual([]);
      expect(new Set(assertionsSent(own))).toEqual(new Set([ASSERTION]));
    });

    it.each<readonly [string, (url: string) => Record<string, string>]>([
      ["App Service", (url) => ({ IDENTITY_ENDPOINT: url, IDENTITY_HEADER: PROOF })],
      ["Arc", (url) => ({ IDENTITY_ENDPOINT: url, IMDS_ENDPOINT: url })],
    ])("nothing that proves the machine to %s is found anywhere", async (_name, environment) => {
      const own = await operator({}, TOKEN);
      const identity = await startEchoingIdentity(refuses);
      Object.assign(own.env, environment(identity.url));
      own.configure({ auth: "{ method: managed-identity }" });

      const leaks = await leaksOf(own, [PROOF, TOKEN], { files: withArcKey });

      expect(leaks).toEqual([]);
      expect(identity.proofs()).toBeGreaterThan(0);
    });
  },
);

/** Asks for a proof, then gives a token, or refuses with the proof in its words. */
async function startEchoingIdentity(
  refuses: boolean,
): Promise<{ readonly url: string; readonly proofs: () => number }> {
  let proofs = 0;
  const server = createServer(({ headers }, response) => {
    const proof = headers["x-identity-header"]?.toString() ?? headers.authorization;
    if (proof === undefined) {
      return sendJson(response, 401, {}, { "www-authenticate": `Basic realm=${ARC_KEY_PATH}` });
    }
    proofs += 1;
    if (refuses) {
      return sendJson(response, 400, { error: `refused ${proof}`, error_description: `refused ${proof}` });
    }
    return sendJson(response, 200, { access_token: TOKEN, expires_in: "3600" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, proofs: () => proofs };
}

const withArcKey: Surroundings["files"] = {
  ...nodeFiles,
  read: async (path, maxBytes) =>
    path === ARC_KEY_PATH ? Buffer.from(PROOF) : nodeFiles.read(path, maxBytes),
};
