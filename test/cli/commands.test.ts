import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { e2eRig, preparedRig } from "../support/e2e-rig.js";
import { succeed } from "../support/retention-rig.js";

const DAY = "2026-11-20";

const archived = preparedRig(async () => {
  const rig = await e2eRig({ horizon: "3d", scenario: { eventsPerDay: 30 }, files: nodeFiles });
  await succeed(rig, "archive");
  return rig;
});

/** The answer's keys, and those of the first element of each list, with dots: what programs build on. */
function shapeOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${path}[]`] : shapeOf(value[0], `${path}[]`);
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    shapeOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

describe("every command", () => {
  it.each(COMMANDS.map(({ name }) => name))("%s shows an example with --help", async (name) => {
    const rig = await e2eRig();

    const { exit, out, err } = await rig.run(...name.split(" "), "--help");

    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(out).toMatch(new RegExp(`Example:\n {2}(sudo )?daybook ${name}`));
  });

  const WRONG: readonly (readonly string[])[] = [
    ["bogus"],
    [],
    ["config"],
    ["archive", "--bogus"],
    ["archive", "extra"],
    ["archive", "--day", "2026-02-30"],
    ["archive", "--day", "tomorrow"],
    ["archive", "--from", "2026-11-20", "--to", "2026-11-01"],
    ["archive", "--day", DAY, "--from", DAY],
    ["archive", "--tenant", "fabrikam"],
    ["status", "--tenant", "../../etc"],
    ["coverage", "--from", "20261120"],
    ["show"],
    ["show", "2026-11"],
    ["show", "2026-11-20T00:00:00Z"],
    ["verify", "--level", "shallow"],
    ["verify", "--sink", "nosuch"],
    ["verify", "--day", DAY, "--from", DAY],
    ["verify", "--heads", "nosuch"],
    ["simulate", "--port", "http"],
    ["simulate", "--port", "65536"],
    ["simulate", "--events", "-1"],
  ];
  it.each(WRONG.map((argv) => [argv.join(" "), argv] as const))(
    "'%s' is wrong usage: 64, what was found, and no stack trace",
    async (_text, argv) => {
      const rig = await e2eRig({ horizon: "3d" });

      const { exit, out, err } = await rig.run(...argv);

      expect(exit).toBe(64);
      expect(out).toBe("");
      expect(err).toMatch(/hint: |Usage: /);
      expect(err).not.toMatch(/\n\s+at /);
    },
  );

  it.each([
    ["verify", "--path", "nowhere"],
    ["verify", "--path", "."],
    ["verify", "--path", "vault/contoso", "--key", "nosuch.pem"],
    ["verify", "--day", "2020-01-01"],
    ["show", "2020-01-01"],
  ])("%s %s %s has nothing to verify: 66", async (...argv) => {
    const rig = await archived();

    const { exit, out, err } = await rig.run(...argv);

    expect(exit).toBe(66);
    expect(out + err).not.toMatch(/\n\s+at /);
  });

  it.each([
    ["archive"],
    ["status"],
    ["coverage"],
    ["show", DAY],
    ["verify"],
    ["keys", "list"],
    ["config", "check"],
  ])("%s %s without a configuration says the way out: 78", async (...argv) => {
    const rig = await e2eRig();
    rmSync(join(rig.folder, "daybook.yaml"));

    const { exit, err } = await rig.run(...argv);

    expect(exit).toBe(78);
    expect(err).toContain("daybook config init");
  });

  it("tells an error with --json as JSON on the standard output", async () => {
    const rig = await e2eRig();

    const { exit, value } = await rig.json("show", "2026-11");

    expect(exit).toBe(64);
    expect(value).toEqual({
      format: "daybook.error/1",
      error: { code: "USAGE", message: expect.any(String), hint: expect.any(String) },
    });
  });

  it("answers in a form that stays", async () => {
    const rig = await archived();
    const shapes: Record<string, readonly string[]> = {};
    for (const argv of [
      ["archive"],
      ["status"],
      ["coverage", "--day", DAY],
      ["verify"],
      ["keys", "list"],
      ["config", "check"],
    ]) {
      const { exit, value } = await rig.json(...argv);
      expect(exit).toBe(0);
      shapes[argv.join(" ")] = shapeOf(value);
    }

    expect(shapes["archive"]).toEqual(
      expect.arrayContaining([
        "tenants[].tenant",
        "tenants[].days[]",
        "tenants[].lost[]",
        "tenants[].stopped_by",
      ]),
    );
    expect(shapes["status"]).toEqual(
      expect.arrayContaining([
        "tenants[].tenant",
        "tenants[].newest_sealed",
        "tenants[].gaps[]",
        "tenants[].lost",
        "tenants[].requests.left",
        "tenants[].sinks_behind[]",
      ]),
    );
    expect(shapes[`coverage --day ${DAY}`]).toEqual(
      expect.arrayContaining([
        "tenants[].days[].day",
        "tenants[].days[].state",
        "tenants[].days[].revision",
        "tenants[].days[].events",
      ]),
    );
    expect(shapes["verify"]).toEqual(
      expect.arrayContaining([
        "archives[].place",
        "archives[].whole",
        "archives[].head.size",
        "archives[].head.root",
        "archives[].counts.damage",
        "archives[].findings[]",
      ]),
    );
    expect(shapes["keys list"]).toEqual([
      "format",
      "tenants[].tenant",
      "tenants[].keys[].id",
      "tenants[].keys[].fingerprint",
      "tenants[].keys[].log_key",
    ]);
    expect(shapes["config check"]).toEqual(
      expect.arrayContaining(["config", "config_sha256", "checks[].subject", "checks[].ok"]),
    );
  });
});

describe("looking commands", () => {
  it("show what is held, proved and different", async () => {
    const rig = await archived();

    const shown = await rig.run("show", DAY, "--proof", "--diff");

    expect(shown.exit).toBe(0);
    expect(shown.out).toMatch(/30 records[^]*T23 page 1[^]*end of chain[^]*first revision/);
    expect((await rig.run("coverage", "--day", DAY)).out).toMatch(
      new RegExp(`${DAY}  closed    r0001  30 events`),
    );
    expect((await rig.run("status", "--days")).out).toContain(`contoso: sealed to ${DAY}; no gap`);
  });

  it("change nothing, neither in the state folder nor in the sink", async () => {
    const rig = await archived();
    const listing = (): readonly string[] =>
      ["state", "vault"].flatMap((name) =>
        readdirSync(join(rig.folder, name), { recursive: true, encoding: "utf8" }).toSorted(),
      );
    const before = listing();

    for (const argv of [
      ["status", "--days"],
      ["coverage"],
      ["show", DAY, "--proof"],
      ["verify", "--level", "deep"],
      ["keys", "list"],
      ["config", "check"],
    ])
      await rig.run(...argv);

    expect(listing()).toEqual(before);
  });
});

describe("verify", () => {
  it("needs no configuration for a folder, trusts the key and the head given, and names what was altered", async () => {
    const rig = await archived();
    const key = `vault/contoso/keys/${readdirSync(join(rig.vault, "keys"))[0]}`;
    const head = join(rig.folder, "kept-head");
    writeFileSync(head, readFileSync(join(rig.vault, "head")));
    rmSync(join(rig.folder, "daybook.yaml"));
    const argv = [
      "verify",
      "--path",
      "vault/contoso",
      "--level",
      "deep",
      "--key",
      key,
      "--heads",
      "kept-head",
    ];

    const whole = await rig.run(...argv);
    const ledger = join(rig.vault, "ledger", "000", "000000002.json");
    writeFileSync(ledger, readFileSync(ledger, "utf8").replace("day-sealed", "day-rechecked"));
    const altered = await rig.run(...argv);

    expect(whole.exit).toBe(0);
    expect(altered.exit).toBe(65);
    expect(altered.out).toContain("DAMAGED");
    expect(altered.out).toContain("000000002");
  });
});

describe("archive", () => {
  it("goes on with the next tenant when one cannot be archived", async () => {
    const rig = await e2eRig({ horizon: "3d" });
    const config = join(rig.folder, "daybook.yaml");
    const text = readFileSync(config, "utf8");
    const block = /  contoso:\n(?:    .*\n)+/.exec(text)?.[0] ?? "";
    const broken = block
      .replace("contoso", "adatum")
      .replace(/tenantId: \S+/, "tenantId: 8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11");
    writeFileSync(config, text.replace(block, `${broken}${block}`), { mode: 0o600 });
    writeFileSync(join(rig.folder, "in-the-way"), "");
    // A file where the tenant's folder should be.
    expect((await rig.run("config", "check")).exit).toBe(0);
    rmSync(join(rig.folder, "state", "adatum"), { recursive: true, force: true });
    await rig.run("archive", "--tenant", "contoso", "--day", "2026-11-01");
    writeFileSync(join(rig.folder, "state", "adatum"), "not a folder");

    const ran = await rig.json("archive");

    expect(ran).toMatchObject({
      exit: 73,
      value: {
        tenants: [
          { tenant: "adatum", days: [], stopped_by: { code: expect.stringMatching(/^(FILE|DISK)_/) } },
          { tenant: "contoso", days: [{ day: DAY, kind: "sealed" }], stopped_by: null },
        ],
      },
    });
  });
});
