import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import { GOOD, load, places, problemsOf, refusalOf, temporaryFolder, written } from "./written.js";

describe("a right file", () => {
  it("gets every default", async () => {
    const { config } = await load(GOOD);

    expect(config).toMatchObject({
      collect: {
        horizon: "28d",
        readAfter: ["26h", "3d", "7d", "21d"],
        concurrency: 4,
        schedule: "7 * * * *",
      },
      compression: "zstd",
      retention: { keep: "7y", approvers: 1 },
      tenants: { contoso: { cloud: "public", requestsPerHour: 180 } },
      log: { level: "info" },
    });
    expect(config.serve).toBeUndefined();
  });

  it("is frozen to its leaves", async () => {
    const { config } = await load(GOOD);

    const tenant: object = config.tenants["contoso"]?.auth ?? {};

    expect(
      Object.isFrozen(config) && Object.isFrozen(tenant) && Object.isFrozen(config.collect.readAfter),
    ).toBe(true);
    expect(() => Object.assign(tenant, { method: "none" })).toThrow(TypeError);
  });

  it("has its relative paths made absolute from its own folder", async () => {
    const text = GOOD.replace("{ env: POWERBI_TOKEN }", "{ file: token }").replace(
      "local-files",
      "./tape.js",
    );
    const { config, source } = await load(`stateDir: state\ntls: { ca: ca.pem }\n${text}`);

    const { folder } = source;

    expect(config.stateDir).toBe(join(folder, "state"));
    expect(config.tls.ca).toBe(join(folder, "ca.pem"));
    expect(config.tenants["contoso"]?.auth).toMatchObject({ token: { file: join(folder, "token") } });
    expect(config.sinks["vault"]?.use).toBe(join(folder, "tape.js"));
  });

  it("keeps state in $STATE_DIRECTORY, else in ./daybook-state", async () => {
    const under = await load(GOOD, { STATE_DIRECTORY: "/var/lib/daybook:/var/lib/other" });
    const plain = await load(GOOD);

    expect([under.config.stateDir, plain.config.stateDir]).toEqual([
      "/var/lib/daybook",
      "/nowhere/daybook-state",
    ]);
  });

  it("keeps the state of the system's configuration where the service keeps it", async () => {
    const path = await written(GOOD);
    const elsewhere: Files = {
      ...nodeFiles,
      target: () => nodeFiles.target(path),
      read: () => nodeFiles.read(path),
    };

    const { config } = await loadConfig({ env: {}, cwd: "/etc/daybook" }, elsewhere);

    expect(config.stateDir).toBe("/var/lib/daybook");
  });

  it("calls a configuration that may not be read a wrong one, which no restart mends", async () => {
    const denied: Files = {
      ...nodeFiles,
      read: () => Promise.reject(new DaybookError("DISK_DENIED", { message: "denied" })),
    };

    await expect(
      loadConfig({ config: await written(GOOD), env: {}, cwd: "/" }, denied),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      kind: "config",
    });
  });

  it("carries the SHA-256 of its bytes", async () => {
    const { sha256 } = await load(GOOD);

    expect(sha256).toBe(createHash("sha256").update(GOOD).digest("hex"));
  });

  it("parses the listening address", async () => {
    const { config } = await load(`${GOOD}serve: { listen: "[::1]:9000" }\n`);

    expect(config.serve).toEqual({ listen: { host: "::1", port: 9000 }, hosts: [] });
  });
});

const ELEVEN_ERRORS = `stateDir: 5
tenants:
  contoso:
    tenantId: nope
    clud: public
    auth: { method: token, token: { env: T } }
    requestsPerHour: 500
collect:
  horizon: 40d
  readAfter: [3d, 26h]
  concurrency: 0
compression: lz4
retention: { approvers: two }
log: { level: info, level: warn }
sinks: {}
`;

describe("a broken file", () => {
  it("tells eleven different errors at once, each with its line and column", async () => {
    const problems = await problemsOf(ELEVEN_ERRORS);

    expect(places(problems)).toEqual([
      "1:11 stateDir",
      "4:15 tenants.contoso.tenantId",
      "5:5 tenants.contoso.clud",
      "7:22 tenants.contoso.requestsPerHour",
      "9:12 collect.horizon",
      "10:14 collect.readAfter",
      "11:16 collect.concurrency",
      "12:14 compression",
      "13:25 retention.approvers",
      "14:21 log.level",
      "15:8 sinks",
    ]);
  });

  it("names the first place that is not YAML, and nothing behind it, which is read wrongly", async () => {
    const text = ELEVEN_ERRORS.replace("horizon: 40d", "horizon: { from: ${H:-4d}, to: [1 }");

    expect((await problemsOf(text)).map(({ line, path, rule }) => [line, path, rule])).toEqual([
      [1, "stateDir", expect.any(String)],
      [4, "tenants.contoso.tenantId", expect.any(String)],
      [5, "tenants.contoso.clud", expect.any(String)],
      [7, "tenants.contoso.requestsPerHour", expect.any(String)],
      [9, "YAML", "must be in quotes: within { } and [ ] a ${NAME} needs them"],
    ]);
  });

  it("takes a variable in quotes within a map on one line", async () => {
    const text = `${GOOD}collect: { horizon: "\${H:-5d}", readAfter: [26h] }\n`;

    expect((await load(text)).config.collect.horizon).toBe("5d");
  });

  it("says of a default that does not fit another key which of its values", async () => {
    const [problem] = await problemsOf(`${GOOD}collect: { horizon: 20d }\n`);

    expect(problem).toMatchObject({
      path: "collect.readAfter.3",
      rule: "21d must be shorter than collect.horizon, 20d; without readAfter it is 26h, 3d, 7d and 21d",
    });
  });

  it("names the value received and the rule", async () => {
    const [problem] = await problemsOf(`${GOOD}compression: lz4\n`);

    expect(problem).toMatchObject({ rule: "must be one of zstd, gzip", found: '"lz4"' });
  });

  it("points at the key above what is missing", async () => {
    const problems = await problemsOf(
      "tenants:\n  contoso:\n    auth: { method: token }\n    cloud: public\n",
    );

    expect(places(problems)).toEqual([
      "1:1 sinks",
      "2:3 tenants.contoso.tenantId",
      "3:5 tenants.contoso.auth.token",
    ]);
    expect(problems.every(({ found }) => found === "nothing")).toBe(true);
  });

  it.each([
    ["an unclosed list", "collect: { readAfter: [3d\n"],
    ["a tab", "collect:\n\tconcurrency: 1\n"],
    ["two documents", "---\n---\n"],
    ["an alias", "log: { level: *level }\n"],
    ["a tag", "log: { level: !level }\n"],
  ])("refuses %s with its place", async (_, text) => {
    const problems = await problemsOf(GOOD + text);

    const [first] = problems.filter(({ line }) => line >= GOOD.split("\n").length);

    expect(first?.rule).toMatch(/^must /);
  });

  it("refuses an empty file", async () => {
    expect(places(await problemsOf(""))).toEqual(["1:1 (the whole file)"]);
  });

  it("refuses bytes that are not UTF-8", async () => {
    expect(places(await problemsOf(new Uint8Array([0x61, 0xff])))).toEqual(["1:1 YAML"]);
  });

  it("refuses a file that is far too large to be one", async () => {
    await expect(load("#".repeat(2_000_000))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("refuses a pipe, which would wait for its writer, and a device", async () => {
    const pipe = join(await temporaryFolder(), "daybook.yaml");
    execFileSync("mkfifo", [pipe]);

    for (const config of [pipe, "/dev/zero"]) {
      await expect(loadConfig({ config, env: {}, cwd: "/" }, nodeFiles)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: `${config}: found a pipe, socket or device, expected a file`,
      });
    }
  });

  it("tells the first of very many problems, and how many there are", async () => {
    const unknown = Array.from({ length: 40_000 }, (_, at) => `key${at}: 1`).join("\n");

    const refusal = await refusalOf(`${GOOD}${unknown}\n`);

    expect(refusal?.problems).toHaveLength(40_000);
    expect(refusal?.message.split("\n")).toHaveLength(1 + 50 + 1);
    expect(refusal?.message).toMatch(/: 40000 problems\n.*\nand 39950 more$/s);
  });

  it("tells each key given twice, however many there are", async () => {
    const problems = await problemsOf(`${GOOD}log:\n${"  level: info\n".repeat(10_000)}`);

    expect(problems).toHaveLength(9_999);
    expect(problems[0]).toMatchObject({ line: 10, column: 3, path: "log.level", rule: "must be given once" });
  });

  it.each([
    ["retension: { keep: 7y }", /^is no key here: did you mean retention\? Known are stateDir, /],
    ["log: { levle: info }", /^is no key here: did you mean level\? Known are level$/],
    ["snks: {}", /^is no key here: did you mean sinks\? Known are /],
  ])("says what %s is a misspelling of", async (line, rule) => {
    const problems = await problemsOf(`${GOOD}${line}\n`);

    expect(problems.map((problem) => problem.rule)).toEqual([expect.stringMatching(rule)]);
  });

  it("names the known keys where nothing is near", async () => {
    const [problem] = await problemsOf(`${GOOD}log: { colour: red }\n`);

    expect(problem?.rule).toBe("is no key here; known are level");
  });

  it.each(["-", "-x", "--json"])(
    "refuses %s as a tenant's name: a command would read an option",
    async (name) => {
      const problems = await problemsOf(GOOD.replace("contoso:", `"${name}":`));

      expect(problems.map(({ path }) => path)).toEqual([`tenants.${name}`]);
    },
  );

  it("refuses a folder in its place", async () => {
    const folder = join(await temporaryFolder(), "daybook.yaml");
    await mkdir(folder, { mode: 0o700 });
    await writeFile(join(folder, "x"), "");

    await expect(loadConfig({ config: folder, env: {}, cwd: "/" }, nodeFiles)).rejects.toMatchObject({
      name: "DaybookError",
    });
  });
});
