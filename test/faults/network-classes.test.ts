import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import type { HttpRequest } from "../../src/io/http.js";
import { networkError } from "../../src/io/network-error.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { nodeHttp } from "../../src/io/node-http.js";
import { signIn } from "../../src/source/sign-in/sign-in.js";
import { CANARY, SCOPE, failureOf, never, secretOf, signInRig } from "../support/entra/sign-in-rig.js";

const rig = signInRig();

describe("a network that swallows packets", () => {
  // What Node gives when no address of a host answers, the IPv6 one among them (happy eyeballs, RFC 8305).
  const attempts = [
    Object.assign(new Error("connect ENETUNREACH 2001:db8::1:443"), { code: "ENETUNREACH" }),
    Object.assign(new Error("connect ETIMEDOUT 192.0.2.1:443"), { code: "ETIMEDOUT" }),
  ];

  it.each([
    ["every address", Object.assign(new AggregateError(attempts), { code: "ETIMEDOUT" })],
    ["the IPv6 address alone", attempts[0]],
    [
      "the connection, until undici gives up",
      Object.assign(new Error("x"), { code: "UND_ERR_CONNECT_TIMEOUT" }),
    ],
    ["the name server's answers", Object.assign(new Error("x"), { code: "EAI_AGAIN" })],
  ])("makes the host unreachable, and may be tried again: %s (fault 35)", (_, cause) => {
    const error = networkError(new TypeError("fetch failed", { cause }), "api.powerbi.com");

    expect(error).toMatchObject({ code: "NETWORK_UNREACHABLE", retry: "backoff" });
    expect(error.message).not.toContain("2001:db8");
  });
});

describe("a token endpoint that drips", () => {
  it("is given up when the total time is over, whatever has come (fault 34)", async () => {
    rig.entra.reply = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    };
    const asked: HttpRequest[] = [];
    const http: typeof nodeHttp = {
      // The limit that is asked for is half a minute; the test has not so long.
      request: (request, signal) => (
        asked.push(request),
        nodeHttp.request({ ...request, timeoutMs: 300 }, signal)
      ),
    };
    const tokens = signIn(
      {
        name: "contoso",
        credential: secretOf(CANARY),
        authority: rig.entra.authority("tenant"),
        scope: SCOPE,
      },
      { http, clock: systemClock, files: nodeFiles, log: rig.log, environment: {} },
    );

    const { code, text } = await failureOf(tokens.token(never));

    expect(code).toBe("NETWORK_TIMEOUT");
    expect(text).not.toContain("canary");
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([30_000]);
  });
});
