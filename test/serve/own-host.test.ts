import { describe, expect, it } from "vitest";
import { isOwnHost } from "../../src/serve/own-host.js";

describe("isOwnHost", () => {
  it.each([
    "127.0.0.1:9464",
    "localhost",
    "LOCALHOST:8080",
    "[::1]:9464",
    "10.0.0.7",
    "daybook.example:80",
    "localhost.",
  ])("takes %s for this server", (host) => {
    expect(isOwnHost(host, ["daybook.example"])).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:9464",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "daybook.example.evil.example",
    "127.0.0.1@evil.example",
    "localhost:9464:1",
    "local host",
    "[::1",
  ])("takes %s for somebody else's", (host) => {
    expect(isOwnHost(host, ["daybook.example"])).toBe(false);
  });
});
