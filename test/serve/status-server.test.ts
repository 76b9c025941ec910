import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { Counts } from "../../src/serve/counts.js";
import { StatusServer } from "../../src/serve/status-server.js";
import { get, startStatusRig, statusRig } from "../support/status-rig.js";
import {
  NOW_MS,
  SampleState,
  USAGE,
  alarm,
  quietTenant,
  sealedManifests,
  silentLog,
  snapshotOf,
  troubledTenant,
} from "../support/status-sample.js";
import { VirtualClock } from "../support/virtual-clock.js";

const contoso = quietTenant("contoso", "2026-10-01");

/** What comes back for raw bytes, until the server closes the connection. */
async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const pieces: string[] = [];
  socket.setEncoding("utf8");
  socket.on("data", (piece: string) => pieces.push(piece));
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return pieces.join("");
}

describe("the status server", () => {
  it.each([
    ["/", 200, "text/html; charset=utf-8"],
    ["/?now", 200, "text/html; charset=utf-8"],
    ["/tenants/contoso", 200, "text/html; charset=utf-8"],
    ["/tenants/contoso/years/2026", 200, "text/html; charset=utf-8"],
    ["/tenants/contoso/days/2026-11-10", 200, "text/html; charset=utf-8"],
    ["/tenants/contoso/days/2026-11-22", 200, "text/html; charset=utf-8"],
    ["/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"],
    ["/healthz", 200, "text/plain; charset=utf-8"],
    ["/readyz", 200, "text/plain; charset=utf-8"],
    ["/favicon.ico", 404, "text/plain; charset=utf-8"],
    ["/tenants", 404, "text/plain; charset=utf-8"],
    ["/tenants/contoso/", 404, "text/plain; charset=utf-8"],
    ["/tenants/fabrikam", 404, "text/plain; charset=utf-8"],
    ["/tenants/contoso/years/2019", 404, "text/plain; charset=utf-8"],
    ["/tenants/contoso/days/2026-02-30", 404, "text/plain; charset=utf-8"],
    ["/tenants/contoso/days/2026-11-23", 404, "text/plain; charset=utf-8"],
    ["/tenants/contoso/days/2019-01-01", 404, "text/plain; charset=utf-8"],
    ["/tenants/../../etc/passwd", 404, "text/plain; charset=utf-8"],
    ["/tenants/contoso%2f..%2f..", 404, "text/plain; charset=utf-8"],
    ["/tenants/__proto__", 404, "text/plain; charset=utf-8"],
  ])("answers %s with %i", async (path, status, type) => {
    const { port } = await statusRig(snapshotOf(contoso));

    const got = await get(port, path);

    expect(got.status).toBe(status);
    expect(got.headers["content-type"]).toBe(type);
  });

  it.each(["/", "/metrics", "/nowhere"])(
    "sends %s with headers that keep browsers in bounds",
    async (path) => {
      const { port } = await statusRig(snapshotOf(contoso));

      const { headers } = await get(port, path);

      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  it("answers HEAD as GET, without the body", async () => {
    const { port } = await statusRig(snapshotOf(contoso));

    const [whole, head] = [await get(port, "/metrics"), await get(port, "/metrics", { method: "HEAD" })];

    expect(head).toMatchObject({ status: 200, body: "" });
    expect(head.headers["content-length"]).toBe(String(Buffer.byteLength(whole.body)));
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])("refuses %s", async (method) => {
    const { port } = await statusRig(snapshotOf(contoso));

    const got = await get(port, "/", { method, ...(method === "POST" ? { body: "x".repeat(100_000) } : {}) });

    expect(got.status).toBe(405);
    expect(got.headers.allow).toBe("GET, HEAD");
  });

  it("answers no page of somebody else's that was pointed at this machine", async () => {
    const { port } = await statusRig(snapshotOf(contoso));

    const got = await get(port, "/", { host: `evil.example:${port}` });

    expect(got.status).toBe(421);
    expect(got.body).not.toContain("contoso");
  });

  it("opens its pages under the names of serve.hosts", async () => {
    const { port } = await statusRig(snapshotOf(contoso), { hosts: ["Daybook.example"] });

    expect((await get(port, "/", { host: "daybook.example" })).status).toBe(200);
    expect((await get(port, "/", { host: "other.example" })).status).toBe(421);
  });

  it.each(["/metrics", "/healthz", "/readyz"])("answers %s under any host name", async (path) => {
    const { port } = await statusRig(snapshotOf(contoso));

    expect((await get(port, path, { host: "daybook.monitoring.svc:9464" })).status).toBe(200);
  });

  it("answers beside 1,000 connections that say nothing", async () => {
    const { port, server } = await startStatusRig(snapshotOf(contoso));
    const idle = Array.from({ length: 1_000 }, () => connect(port, "127.0.0.1"));
    for (const socket of idle) socket.on("error", () => undefined);
    await Promise.all(idle.map((socket) => Promise.race([once(socket, "connect"), once(socket, "close")])));

    expect((await get(port, "/healthz")).status).toBe(200);
    for (const socket of idle) socket.destroy();
    await server.close();
  });

  it("refuses what is no HTTP, headers without end and a missing host", async () => {
    const { port } = await statusRig(snapshotOf(contoso));

    expect(await send(port, "\u0016\u0003\u0001 hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await send(port, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(9_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(await send(port, "GET / HTTP/1.1\r\nconnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("goes on after a page that failed, and shows nobody why", async () => {
    const state = new SampleState(snapshotOf(contoso));
    const logged: string[] = [];
    let isBroken = true;
    const { port } = await statusRig(snapshotOf(contoso), {
      state: {
        snapshot: () => {
          if (isBroken) throw new TypeError("secret inside");
          return state.snapshot();
        },
      },
      log: { ...silentLog, error: (_fields, phrase) => logged.push(phrase) },
    });

    const failed = await get(port, "/");
    isBroken = false;

    expect(failed.status).toBe(500);
    expect(failed.body).not.toContain("secret inside");
    expect(logged).toEqual(["page failed"]);
    expect((await get(port, "/")).status).toBe(200);
  });

  it("takes known secrets out of every answer", async () => {
    const leaking = { ...contoso, alarms: [alarm("tenant-failing", "the proxy said hunter22")] };
    const { port } = await statusRig(snapshotOf(leaking), {
      redact: (text) => text.replaceAll("hunter22", "[redacted]"),
    });

    const { body } = await get(port, "/");

    expect(body).toContain("the proxy said [redacted]");
    expect(body).not.toContain("hunter22");
  });

  it("is ready when the daemon is, and healthy while passes begin as planned", async () => {
    const { port, state, clock } = await statusRig({ ...snapshotOf(contoso), phase: "starting" });

    expect(await get(port, "/readyz")).toMatchObject({ status: 503, body: "starting\n" });
    state.become(snapshotOf(contoso));
    expect(await get(port, "/readyz")).toMatchObject({ status: 200, body: "ready\n" });

    expect((await get(port, "/healthz")).status).toBe(200);
    clock.advance(3 * 3_600_000);
    expect(await get(port, "/healthz")).toMatchObject({
      status: 503,
      body: expect.stringContaining("contoso"),
    });
    state.become({
      ...snapshotOf({ ...contoso, condition: "stopped", nextPassMs: undefined }),
      phase: "stopping",
    });
    expect((await get(port, "/healthz")).status).toBe(200);
    expect((await get(port, "/readyz")).status).toBe(503);
  });

  it("says which address it cannot have", async () => {
    const { port } = await statusRig(snapshotOf(contoso));
    const second = new StatusServer(
      {
        state: new SampleState(snapshotOf(contoso)),
        clock: new VirtualClock(NOW_MS),
        log: silentLog,
        counts: new Counts(),
        usage: () => USAGE,
        sourcesOf: () => [],
        hosts: [],
        redact: (text) => text,
        version: "0.1.0",
      },
      { host: "127.0.0.1", port },
    );

    await expect(second.start()).rejects.toMatchObject({ code: "SERVE_FAILED" });
    await second.close();
  });

  it("closes at once, whoever is still connected", async () => {
    const { server, port } = await startStatusRig(snapshotOf(contoso));
    const idle = connect(port, "127.0.0.1");
    idle.on("error", () => undefined);
    await once(idle, "connect");
    idle.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(idle, "data");

    await Promise.all([server.close(), once(idle, "close")]);

    await expect(get(port, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("gives a lost day's reason as the ledger has it", async () => {
    const { port } = await statusRig(snapshotOf(troubledTenant("fabrikam")));

    const { body } = await get(port, "/tenants/fabrikam/days/2026-07-12");

    expect(body).toContain("lost: the source no longer served it (passed the horizon unread)");
    expect(body).not.toContain("daybook show");
  });

  it("shows the proof of a day from the manifest that the ledger names, and no other", async () => {
    const altered = {
      ...contoso,
      index: contoso.index && { ...contoso.index, days: new Map(contoso.index.days) },
    };
    const { port } = await statusRig(snapshotOf(contoso), { sourcesOf: sealedManifests([contoso]) });
    const without = await statusRig(snapshotOf(altered), { sourcesOf: () => [] });

    const shown = await get(port, "/tenants/contoso/days/2026-11-10");
    const hidden = await get(without.port, "/tenants/contoso/days/2026-11-10");

    expect(shown.body).toContain("2,006");
    expect(shown.body).toContain("&lt;b&gt;Odd&lt;/b&gt;");
    expect(hidden.status).toBe(200);
    expect(hidden.body).toContain("neither the state folder nor a record sink has its manifest");
  });
});
