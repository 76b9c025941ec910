import { describe, expect, it } from "vitest";
import { get, statusRig } from "../support/status-rig.js";
import { quietTenant, snapshotOf } from "../support/status-sample.js";

const contoso = quietTenant("contoso", "2026-10-01");

function basic(login: string): string {
  return `Basic ${Buffer.from(login).toString("base64")}`;
}

function unreadable(): Promise<string> {
  return Promise.reject(new Error("no such file"));
}

describe("the token of the status page", () => {
  it("asks for the token of serve.token, as Prometheus or a browser shows it, but not for health", async () => {
    const token = "c2VjcmV0IG9mIHRoZSBzdGF0dXMgcGFnZQ==";
    let current = token;
    const { port } = await statusRig(snapshotOf(contoso), { token: () => Promise.resolve(current) });
    const statusOf = async (path: string, authorization?: string): Promise<number> =>
      (await get(port, path, authorization === undefined ? {} : { authorization })).status;

    const refused = await get(port, "/");

    expect(refused.status).toBe(401);
    expect(refused.headers["www-authenticate"]).toBe('Basic realm="Daybook", charset="UTF-8"');
    expect(refused.body).not.toContain("contoso");
    expect(await statusOf("/metrics")).toBe(401);
    expect(await statusOf("/tenants/contoso")).toBe(401);
    expect(await statusOf("/metrics", "Bearer wrong")).toBe(401);
    expect(await statusOf("/", basic(`ana:${token}x`))).toBe(401);
    expect(await statusOf("/", basic(token))).toBe(401);
    expect(await statusOf("/metrics", `bearer ${token}`)).toBe(200);
    expect(await statusOf("/", basic(`ana:${token}`))).toBe(200);
    expect(await statusOf("/healthz")).toBe(200);
    expect(await statusOf("/readyz")).toBe(200);
    current = "another";
    expect(await statusOf("/metrics", `Bearer ${token}`)).toBe(401);
  });

  it("shows nothing while the token cannot be read", async () => {
    const { port } = await statusRig(snapshotOf(contoso), { token: unreadable });

    const got = await get(port, "/", { authorization: "Bearer x" });

    expect(got.status).toBe(500);
    expect(got.body).not.toContain("contoso");
  });
});
