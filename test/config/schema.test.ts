import { describe, expect, it } from "vitest";
import { GOOD, load, problemsOf } from "./written.js";

const ID = "clientId: 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";

function withAuth(auth: string): string {
  return GOOD.replace("{ method: token, token: { env: POWERBI_TOKEN } }", auth);
}

describe("auth", () => {
  it.each([
    `{ method: client-secret, ${ID}, secret: { env: S } }`,
    `{ method: client-certificate, ${ID}, certificate: { file: a }, privateKey: { credential: k } }`,
    "{ method: managed-identity }",
    `{ method: managed-identity, ${ID} }`,
    `{ method: workload-identity, ${ID}, tokenFile: /t }`,
  ])("takes %s", async (auth) => {
    await expect(load(withAuth(auth))).resolves.toBeDefined();
  });

  it.each([
    [`{ method: client-certificate, ${ID}, certificate: { file: a } }`, "tenants.contoso.auth.privateKey"],
    [
      `{ method: managed-identity, ${ID}, objectId: 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11 }`,
      "tenants.contoso.auth",
    ],
    ["{ method: password }", "tenants.contoso.auth.method"],
    ["{}", "tenants.contoso.auth.method"],
  ])("refuses %s", async (auth, path) => {
    expect((await problemsOf(withAuth(auth))).map((problem) => problem.path)).toEqual([path]);
  });

  it("asks for the endpoints that the method needs", async () => {
    const custom = "    cloud: custom\n    endpoints: { api: https://host/ }\n    auth:";
    const needed = async (auth: string) =>
      (await problemsOf(withAuth(auth).replace("    auth:", custom))).map(({ path }) =>
        path.split(".").at(-1),
      );

    expect(await needed(`{ method: client-secret, ${ID}, secret: { env: S } }`)).toEqual([
      "authority",
      "scope",
    ]);
    expect(await needed("{ method: managed-identity }")).toEqual(["scope"]);
    expect(await needed("{ method: token, token: { env: T } }")).toEqual([]);
  });
});

describe("collect", () => {
  it.each([
    ["horizon: 29d", "collect.horizon"],
    ["horizon: 1y", "collect.horizon"],
    ["horizon: 3d", "collect.readAfter.1"],
    ["readAfter: [1y]", "collect.readAfter.0"],
    ["readAfter: []", "collect.readAfter"],
    ["readAfter: [28d]", "collect.readAfter.0"],
    ["readAfter: [soon]", "collect.readAfter.0"],
    ["concurrency: 1.5", "collect.concurrency"],
    ['schedule: "61 * * * *"', "collect.schedule"],
    ['schedule: "* * * * * *"', "collect.schedule"],
  ])("refuses %s", async (key, path) => {
    expect((await problemsOf(`${GOOD}collect: { ${key} }\n`)).map((problem) => problem.path)).toContain(path);
  });
});

describe("cloud", () => {
  it("refuses endpoints without cloud: custom, and cloud: custom without endpoints", async () => {
    const given = await problemsOf(
      GOOD.replace("    auth:", "    endpoints: { api: https://host/ }\n    auth:"),
    );
    const absent = await problemsOf(GOOD.replace("    auth:", "    cloud: custom\n    auth:"));

    expect([...given, ...absent].map(({ path }) => path)).toEqual([
      "tenants.contoso.endpoints",
      "tenants.contoso.endpoints",
    ]);
  });
});
