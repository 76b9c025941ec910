import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { CANARY, TENANT, failureOf, never, secretOf, signInRig } from "../support/entra/sign-in-rig.js";
import { SentRequests } from "../support/sent-requests.js";

const CASES = 300;
const rig = signInRig();
let elsewhere: Server;
let caught = 0;

beforeAll(async () => {
  elsewhere = createServer();
  // Not a request but a connection: one over TLS would never become a request here.
  elsewhere.on("connection", () => {
    caught += 1;
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  elsewhere.closeAllConnections();
  elsewhere.close();
});

/** A redirect target made of hostile parts; the same for the same number. */
function hostileLocation(number: number): string {
  const { port } = elsewhere.address() as AddressInfo;
  const own = new URL(rig.entra.origin).host;
  const pick = <T>(parts: readonly [T, ...T[]], step: number): T =>
    parts[Math.floor(number / step) % parts.length] ?? parts[0];
  const scheme = pick(["http:", "HTTP:", "", "https:"], 1);
  const user = pick(["", `${own}@`, `login.microsoftonline.com%40`, "user:pass@"], 4);
  const host = pick(
    [`127.0.0.1:${port}`, `localhost:${port}`, `[::ffff:127.0.0.1]:${port}`, `2130706433:${port}`],
    16,
  );
  const path = pick(
    ["", `/${TENANT}/oauth2/v2.0/token`, "/?x=https://login.microsoftonline.com", "/%2e%2e/"],
    64,
  );
  return `${scheme}//${user}${host}${path}`;
}

it(`follows none of ${CASES} hostile redirects with the credential (fault 37)`, async () => {
  const codes = new Set<string>();
  const before = rig.entra.seen.length;
  const sent = new SentRequests();
  sent.start();
  onTestFinished(() => sent.stop());

  for (let number = 0; number < CASES; number += 1) {
    rig.entra.reply = (response) => {
      response.writeHead([301, 302, 303, 307, 308][number % 5] ?? 302, { location: hostileLocation(number) });
      response.end();
    };
    codes.add((await failureOf(rig.tokensFor(secretOf(CANARY)).token(never))).code);
  }

  expect(codes).toEqual(new Set(["NETWORK_REDIRECT"]));
  expect(rig.entra.seen).toHaveLength(before + CASES);
  expect(caught).toBe(0);
  expect(sent.origins).toHaveLength(CASES);
  expect(new Set(sent.origins)).toEqual(new Set([rig.entra.origin]));
});
