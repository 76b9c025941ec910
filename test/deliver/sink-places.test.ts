import { existsSync, linkSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { objectsIn, sharedStore } from "../support/two-hosts.js";
import { e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";
import { quickFiles } from "../support/quick-files.js";

/** No test here cuts the power. */
const DOORS = { files: quickFiles() };
const QUICK = { horizon: "3d", scenario: { eventsPerDay: 30 } } as const;

/** The rig with these sinks in place of its own. */
async function rigWith(sinksOf: (folder: string) => string): Promise<E2eRig> {
  const rig = await e2eRig(QUICK);
  const path = join(rig.folder, "daybook.yaml");
  const text = readFileSync(path, "utf8").replace(/sinks:\n[\s\S]*$/, `sinks:\n${sinksOf(rig.folder)}\n`);
  writeFileSync(path, text, { mode: 0o600 });
  return rig;
}

const folderSink = (name: string, path: string): string =>
  `  ${name}: { use: local-files, path: ${JSON.stringify(path)} }`;

function packagesIn(state: string): number {
  return readdirSync(join(state, "days"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("manifest.json"),
  ).length;
}

describe("a record sink in the state folder", () => {
  it.each([
    { where: "the state folder itself", path: "state" },
    { where: "a folder in it", path: "state/vault" },
    { where: "a folder around it", path: "." },
    { where: "a link to it", path: "link" },
    { where: "a folder below a link to it", path: "link/new/vault" },
  ])("is refused before anything is read: $where", async ({ path }) => {
    const rig = await rigWith((folder) => folderSink("vault", join(folder, path)));
    symlinkSync(join(rig.folder, "state"), join(rig.folder, "link"));

    const { exit, out } = await rig.runWith(DOORS, "archive");

    expect({ exit, packages: packagesIn(rig.state) }).toEqual({ exit: 78, packages: 0 });
    expect(out).toContain("SINK_SHARED");
    expect(out).toContain("a place of its own");
  });

  it("is found by config check", async () => {
    const rig = await rigWith((folder) => folderSink("vault", join(folder, "state")));

    const { exit, out } = await rig.runWith(DOORS, "config", "check");

    expect(exit).toBe(78);
    expect(out).toContain("SINK_SHARED");
  });

  it("never becomes the only copy, although it was whole before the sink was moved there", async () => {
    const rig = await e2eRig(QUICK);
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    const path = join(rig.folder, "daybook.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace('/vault"', '/state"'));
    rig.clock.advance(40 * 86_400_000);

    expect((await rig.runWith(DOORS, "archive")).exit).toBe(78);
    expect(packagesIn(rig.state)).toBe(1);
  });

  it("is refused as the place of a view's files, while the record sinks are served", async () => {
    const rig = await rigWith((folder) =>
      [
        folderSink("vault", join(folder, "vault")),
        `  lake: { use: parquet, to: { use: local-files, path: ${JSON.stringify(join(folder, "state/lake"))} } }`,
      ].join("\n"),
    );

    const { exit, out } = await rig.runWith(DOORS, "archive");

    expect(exit).toBe(78);
    expect(out).toContain("sinks.lake");
    expect(packagesIn(rig.vault)).toBe(1);
    expect(existsSync(join(rig.folder, "state/lake"))).toBe(false);
  });
});

describe("two record sinks at one place", () => {
  it.each(["link", "vault"])("are one copy: the second is left out, and says so (%s)", async (second) => {
    const rig = await rigWith((folder) =>
      [folderSink("vault", join(folder, "vault")), folderSink("second", join(folder, second))].join("\n"),
    );
    symlinkSync(join(rig.folder, "vault"), join(rig.folder, "link"));

    const { exit, out } = await rig.runWith(DOORS, "archive");

    expect(exit).toBe(78);
    expect(out).toContain("sinks.second");
    expect(packagesIn(rig.vault)).toBe(1);
    expect((await rig.json("status")).value).toMatchObject({
      tenants: [{ sinks_behind: [{ sink: "second" }] }],
    });
  });

  it("are found by a marker where they are no folders, and it is removed", async () => {
    const shared = await sharedStore("s3");
    const yaml = shared.yaml.replace("127.0.0.1", "localhost");
    const rig = await rigWith(() => `  first: ${shared.yaml}\n  second: ${yaml}`);

    const { exit, out } = await rig.runWith(DOORS, "archive");

    expect(exit).toBe(78);
    expect(out).toContain("sinks.second");
    const keys = [...(await objectsIn(shared.store)).keys()];
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => key.includes("marker"))).toEqual([]);
    expect((await rig.runWith(DOORS, "sinks", "check")).out).toContain("sinks.second");
  });
});

describe("separate record sinks", () => {
  it("get a marker once for each configuration, not in each pass", async () => {
    const rig = await rigWith((folder) =>
      [folderSink("vault", join(folder, "vault")), folderSink("second", join(folder, "second"))].join("\n"),
    );
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    const stamp = readFileSync(join(rig.state, "separate-sinks.json"), "utf8");

    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);

    expect(stamp).toMatch(/"config_sha256": "[0-9a-f]{64}"/);
    expect(readdirSync(join(rig.folder, "second"))).toEqual(["_unfinished~", "contoso"]);
  });

  it("are not pruned for by copies that are the state folder's own files", async () => {
    const rig = await e2eRig(QUICK);
    expect((await rig.runWith(DOORS, "archive")).exit).toBe(0);
    const [file] = readdirSync(rig.state, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith("events.ndjson.zst"),
    );
    if (file === undefined) throw new Error("no package in the state folder");
    rmSync(join(rig.vault, file));
    linkSync(join(rig.state, file), join(rig.vault, file));
    rig.clock.advance(40 * 86_400_000);

    await rig.runWith(DOORS, "archive");

    expect(existsSync(join(rig.state, file))).toBe(true);
  });
});
