import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Http } from "../../src/io/http.js";
import { nodeHttp } from "../../src/io/node-http.js";
import type { FaultAnswer, SimulatedRequest } from "../../packages/simulator/index.js";
import { filesWith, secretsIn } from "../support/e2e-canary.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

// With everything in it that an encoding would change.
const SECRET = 'Canary7~kestrel+/= "é%40\\tail';
const GIVEN_TOKEN = "canary-token.kestrel-4711.with/slashes+and~more";
const CLIENT_SECRET =
  "{ method: client-secret, clientId: 5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11, secret: { file: ./client.secret } }";

const COMMANDS: readonly (readonly string[])[] = [
  ["archive"],
  ["archive", "--json"],
  ["status", "--days"],
  ["coverage"],
  ["show", "2026-11-20", "--proof", "--diff"],
  ["verify", "--level", "deep"],
  ["config", "check", "--online"],
  ["config", "check", "--online", "--json"],
  ["keys", "list"],
  ["sinks", "list"],
];

/** Answers that give back what they were asked with, as gateways, proxies and debugging middleware do. */
const ECHOES: readonly (readonly [string, (request: SimulatedRequest) => FaultAnswer])[] = [
  [
    "an error of JSON",
    (request) => ({
      status: 400,
      body: JSON.stringify({ error: { code: told(request), message: told(request) } }),
    }),
  ],
  [
    "a refusal with 401",
    (request) => ({
      status: 401,
      body: JSON.stringify({ error: told(request), error_description: told(request) }),
    }),
  ],
  [
    "a refusal with 403",
    (request) => ({
      status: 403,
      body: JSON.stringify({ error: { code: "Denied", message: told(request) } }),
    }),
  ],
  [
    "a page of HTML with 500",
    (request) => ({ status: 500, body: html(request), headers: { "content-type": "text/html" } }),
  ],
  [
    "a page of HTML with 200",
    (request) => ({ status: 200, body: html(request), headers: { "content-type": "text/html" } }),
  ],
  ["JSON that is no page", (request) => ({ status: 200, body: JSON.stringify({ request: told(request) }) })],
  [
    "a redirect to an address with it",
    (request) => ({
      status: 302,
      headers: { location: `https://elsewhere.example/?${encodeURIComponent(told(request))}` },
      body: "",
    }),
  ],
  [
    "headers",
    (request) => ({
      status: 502,
      body: "",
      headers: {
        requestid: printable(told(request)),
        "content-type": `text/plain; x=${printable(told(request))}`,
      },
    }),
  ],
];

function told({ headers, body }: SimulatedRequest): string {
  return `${headers["authorization"] ?? ""} ${body} ${new URLSearchParams(body).get("client_secret") ?? ""}`;
}

function html(request: SimulatedRequest): string {
  return `<!doctype html><title>Bad Gateway</title><pre>${told(request)}</pre>`;
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}

/** The network, remembering every bearer token that was sent. */
function listening(tokens: Set<string>): Http {
  return {
    request: (request, signal) => {
      const token = /^Bearer (.+)$/.exec(request.headers["authorization"] ?? "")?.[1];
      if (token !== undefined) tokens.add(token);
      return nodeHttp.request(request, signal);
    },
  };
}

/** Runs every command and returns where a secret or a token was found. */
async function leaksOf(rig: E2eRig): Promise<readonly string[]> {
  const tokens = new Set<string>();
  const leaks: string[] = [];
  for (const argv of COMMANDS) {
    const { out, err } = await rig.runWith({ http: listening(tokens) }, ...argv);
    const secrets = [SECRET, GIVEN_TOKEN, ...tokens];
    leaks.push(...secretsIn(out, secrets).map((index) => `stdout of ${argv.join(" ")}: secret ${index}`));
    leaks.push(...secretsIn(err, secrets).map((index) => `stderr of ${argv.join(" ")}: secret ${index}`));
    rig.clock.advance(16 * 60_000);
  }
  const secrets = [SECRET, GIVEN_TOKEN, ...tokens];
  return [
    ...leaks,
    ...filesWith(join(rig.folder, "state"), secrets),
    ...filesWith(join(rig.folder, "vault"), secrets),
  ];
}

async function canaryRig(auth: "secret" | "token"): Promise<E2eRig> {
  const rig = await e2eRig({
    horizon: "3d",
    auth: auth === "secret" ? CLIENT_SECRET : "{ method: token, token: { file: ./given.token } }",
    scenario: { eventsPerDay: 10, clientSecret: SECRET, bearerToken: GIVEN_TOKEN },
  });
  writeFileSync(join(rig.folder, "client.secret"), `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(rig.folder, "given.token"), `${GIVEN_TOKEN}\n`, { mode: 0o600 });
  return rig;
}

describe("secrets and tokens are found nowhere (fault 47)", { timeout: 60_000 }, () => {
  it.each(["secret", "token"] as const)("when all goes well with a %s", async (auth) => {
    expect(await leaksOf(await canaryRig(auth))).toEqual([]);
  });

  it.each(ECHOES)("when the source echoes them in %s", async (_name, respond) => {
    const rig = await canaryRig("secret");
    rig.simulator.injectFault({ when: ({ kind }) => kind === "activity-events", times: 40, respond });

    expect(await leaksOf(rig)).toEqual([]);
  });

  it.each(ECHOES)("when the source echoes a given token in %s", async (_name, respond) => {
    const rig = await canaryRig("token");
    rig.simulator.injectFault({ when: ({ kind }) => kind === "activity-events", times: 40, respond });

    expect(await leaksOf(rig)).toEqual([]);
  });

  it.each(ECHOES)("when the sign-in service echoes them in %s", async (_name, respond) => {
    const rig = await canaryRig("secret");
    rig.simulator.injectFault({ when: ({ kind }) => kind === "sign-in", times: 3, respond });

    expect(await leaksOf(rig)).toEqual([]);
  });

  it("when a library throws an error that holds them", async () => {
    const rig = await canaryRig("secret");
    const throwing: Http = {
      request: ({ body, headers }) =>
        Promise.reject(new Error(`cannot send ${body} with ${JSON.stringify(headers)}`)),
    };

    const { exit, out, err } = await rig.runWith({ http: throwing }, "archive");

    expect(exit).not.toBe(0);
    expect(secretsIn(out + err, [SECRET])).toEqual([]);
    expect(filesWith(join(rig.folder, "state"), [SECRET])).toEqual([]);
  });
});
