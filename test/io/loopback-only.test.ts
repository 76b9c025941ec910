import { connect } from "node:net";
import { expect, it } from "vitest";
import { nodeHttp } from "../../src/io/node-http.js";

// TEST-NET-1 (RFC 5737), which nobody answers: without the guard of test/support/loopback-only.ts these would wait.

it("a test reaches no address but loopback", async () => {
  const request = {
    method: "GET",
    url: "http://192.0.2.1/",
    headers: {},
    timeoutMs: 5_000,
    maxBytes: 1,
  } as const;

  await expect(nodeHttp.request(request, new AbortController().signal)).rejects.toMatchObject({
    code: "NETWORK_UNREACHABLE",
  });
});

it.each([
  ["options", () => connect({ host: "192.0.2.1", port: 443 })],
  ["port and host", () => connect(443, "192.0.2.1")],
])("nor by a socket, connected by %s", async (_, connected) => {
  const socket = connected();
  const error = await new Promise<Error>((resolve) => socket.once("error", resolve));

  expect(error.message).toBe("a test connects to 192.0.2.1, expected loopback or an answer of nock");
});
