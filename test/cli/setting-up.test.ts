import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exampleYaml } from "../../src/config/example.js";
import { EXAMPLE_ID } from "../../src/config/schema/values.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import { SIGN_IN_TOKEN, e2eRig } from "../support/e2e-rig.js";

const OWN_ID = "5f0e7a52-0d3c-4c7e-8f25-64a1f0a7f0b1";
const CLIENT_SECRET =
  "{ method: client-secret, clientId: 5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11, secret: { file: ./token } }";

describe("config", () => {
  it("init writes a first configuration, and never over one that is there", async () => {
    const rig = await e2eRig();

    const first = await rig.run("config", "init", "new/daybook.yaml");
    const again = await rig.run("config", "init", "new/daybook.yaml");

    expect(first.exit).toBe(0);
    expect(readFileSync(join(rig.folder, "new", "daybook.yaml"), "utf8")).toContain("tenants:");
    expect(again.exit).toBe(64);
    const schema: unknown = JSON.parse(readFileSync(join(rig.folder, "new", "daybook.schema.json"), "utf8"));
    expect(schema).toEqual(JSON.parse((await rig.run("config", "schema")).out));
  });

  it("init writes fewer than 25 lines, which pass the check once the ids are real", async () => {
    const rig = await e2eRig();
    const path = join(rig.folder, "new", "daybook.yaml");
    await rig.run("config", "init", path);
    const text = readFileSync(path, "utf8");

    const refused = await rig.run("config", "check", "--config", path);
    writeFileSync(join(rig.folder, "new", "contoso.secret"), SIGN_IN_TOKEN, { mode: 0o600 });
    const own = text.replaceAll(EXAMPLE_ID, OWN_ID).replace("/srv/daybook", join(rig.folder, "srv"));
    writeFileSync(path, own);
    const checked = await rig.run("config", "check", "--config", path);

    expect(text.trimEnd().split("\n").length).toBeLessThan(25);
    expect(refused.exit).toBe(78);
    expect(refused.err).toContain("must be your own id: this one is the example's");
    expect(checked).toMatchObject({ exit: 0, err: "" });
  });

  it("init --full writes every key", async () => {
    const rig = await e2eRig();

    await rig.run("config", "init", "new/daybook.yaml", "--full");

    expect(readFileSync(join(rig.folder, "new", "daybook.yaml"), "utf8")).toBe(exampleYaml());
  });

  it("schema prints a JSON Schema", async () => {
    const rig = await e2eRig();

    const { exit, out } = await rig.run("config", "schema");

    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ properties: { tenants: {}, sinks: {} } });
  });

  it("check shows every problem of a broken file at once, with line and column: 78", async () => {
    const rig = await e2eRig();
    const broken = "tenants:\n  Con/toso: 7\ncollect: { horizon: 99d }\nfrobnicate: yes\nsinks: {}\n";
    writeFileSync(join(rig.folder, "daybook.yaml"), broken, { mode: 0o600 });

    const { exit, err } = await rig.run("config", "check");

    expect(exit).toBe(78);
    for (const place of [
      /daybook\.yaml:2:\d+ .*Con\/toso/,
      /daybook\.yaml:3:\d+ collect\.horizon/,
      /daybook\.yaml:4:\d+ .*frobnicate/,
    ])
      expect(err).toMatch(place);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it.each([
    ["a tab", "tenants:\n\tcontoso: {}\n"],
    ["an open quote", 'tenants: "\n'],
    ["bytes that are no text", "\u0000\u0001"],
    ["nothing", ""],
    ["a list", "- a\n"],
  ])("check says where %s is wrong, without a stack trace: 78", async (_name, text) => {
    const rig = await e2eRig();
    writeFileSync(join(rig.folder, "daybook.yaml"), text, { mode: 0o600 });

    const { exit, err } = await rig.run("config", "check");

    expect(exit).toBe(78);
    expect(err).toMatch(/daybook\.yaml:\d+:\d+/);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it("check --online signs in, makes one request, and says that all is well", async () => {
    const rig = await e2eRig({ auth: CLIENT_SECRET, scenario: { clientSecret: SIGN_IN_TOKEN } });

    const { exit, out } = await rig.run("config", "check", "--online");

    expect(exit).toBe(0);
    expect(out).toContain("all is well");
    expect(rig.simulator.requests.filter(({ path }) => path.endsWith("activityevents"))).toHaveLength(1);
  });

  it.each([
    ["a wrong secret", { clientSecret: "another" }, "copy the secret's Value"],
    [
      "a tenant setting that is off",
      { clientSecret: SIGN_IN_TOKEN, access: "not-authorized" },
      "security group",
    ],
  ] as const)("check --online explains %s: 77", async (_name, scenario, words) => {
    const rig = await e2eRig({ auth: CLIENT_SECRET, scenario });

    const { exit, out } = await rig.run("config", "check", "--online");

    expect(exit).toBe(77);
    expect(out).toContain(words);
  });
});

describe("simulate", () => {
  it("says where it is, serves until stopped, and ends with 0", async () => {
    const rig = await e2eRig();
    const stop = new AbortController();
    const said: string[] = [];
    const stdout = { isTTY: false, columns: 80, write: (text: string) => void said.push(text) };
    const running = rig.runWith({ signal: stop.signal, stdout }, "simulate", "--port", "0", "--json");
    while (said.length === 0) await wait(5);
    const { url, token } = JSON.parse(said.join("")) as { readonly url: string; readonly token: string };

    const day = new Date(rig.clock.now() - 3 * DAY_MS).toISOString().slice(0, 10);
    const query = `startDateTime='${day}T10:00:00.000Z'&endDateTime='${day}T10:59:59.999Z'`;
    const answer = await fetch(`${url}/v1.0/myorg/admin/activityevents?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page: unknown = await answer.json();
    stop.abort("SIGTERM");

    expect(answer.status).toBe(200);
    expect(page).toMatchObject({ activityEventEntities: expect.any(Array) });
    expect((await running).exit).toBe(0);
  });
});
