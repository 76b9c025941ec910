import { lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import type { SimulatorOptions } from "../../packages/simulator/index.js";
import { SIGN_IN_TOKEN, e2eRig } from "../support/e2e-rig.js";
import type { E2eRig } from "../support/e2e-rig.js";

const QUICK = { horizon: "4d", scenario: { eventsPerDay: 30 } } as const;
const LAKE = "  lake: { use: parquet, to: { use: local-files, path: @/lake/new } }\n";

const CLIENT_SECRET =
  "{ method: client-secret, clientId: 5f0e7a52-9c0b-4c39-9d0a-6f1d2b7f4e11, secret: { file: ./token } }";

/** A sink of somebody else's, whose check leaves a file beside the configuration. */
const WRITING_CHECK = `
import { writeFileSync } from "node:fs";
export default {
  name: "own", kind: "sink", apiVersion: 1,
  options: { _zod: {}, safeParse: (data) => ({ success: true, data }) },
  open: () => ({
    check: async () => writeFileSync(new URL("left-by-check", import.meta.url), ""),
    close: async () => {},
  }),
};`;

function signedInRig(more = "", scenario: SimulatorOptions = {}): Promise<E2eRig> {
  const signIn = {
    auth: CLIENT_SECRET,
    scenario: { ...QUICK.scenario, clientSecret: SIGN_IN_TOKEN, ...scenario },
  };
  return e2eRig({ ...QUICK, files: nodeFiles, ...signIn, more });
}

/** Every name below the folder, and the folder itself, with all that a change would change. */
function tree(folder: string): readonly string[] {
  return ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })].toSorted().map((name) => {
    const { mode, uid, gid, size, mtimeNs, ino } = lstatSync(join(folder, name), { bigint: true });
    return `${name} ${mode.toString(8)} ${uid}:${gid} ${size} ${mtimeNs} ${ino}`;
  });
}

/** Both forms of the check, in one answer; nothing below the rig's folder may change. */
async function checkedTwice(rig: E2eRig): Promise<readonly [exits: readonly number[], out: string]> {
  const before = tree(rig.folder);
  const runs = [await rig.run("config", "check"), await rig.run("config", "check", "--online")];
  expect(tree(rig.folder)).toEqual(before);
  return [runs.map(({ exit }) => exit), runs.map(({ out, err }) => out + err).join("\n")];
}

describe("config check, also with --online, changes nothing on disk", () => {
  it("where no folder is there yet, and says which ones will be made", async () => {
    const rig = await signedInRig(LAKE);
    rmSync(join(rig.folder, "vault"), { recursive: true });

    const [exits, out] = await checkedTwice(rig);

    expect(exits).toEqual([0, 0]);
    expect(out).toContain(`${rig.state} will be made in ${rig.folder}`);
    expect(out).toContain(`${join(rig.folder, "vault")} will be made in ${rig.folder}`);
    expect(out).toContain(`${join(rig.folder, "lake/new")} will be made in ${rig.folder}`);
    expect(out).toContain("`daybook sinks check`");
    expect(rig.simulator.requests.filter(({ path }) => path.endsWith("activityevents"))).toHaveLength(1);
  });

  it("where an archive is, with two record sinks", async () => {
    const rig = await signedInRig(`${LAKE}  second: { use: local-files, path: @/second }\n`);
    expect((await rig.run("archive")).exit).toBe(0);

    const [exits] = await checkedTwice(rig);

    expect(exits).toEqual([0, 0]);
  });

  it("where the source refuses", async () => {
    const rig = await signedInRig("", { clientSecret: "another-secret" });

    const [exits] = await checkedTwice(rig);

    expect(exits).toEqual([0, 77]);
  });

  it("but for the note of a refusal that the source takes back", async () => {
    const rig = await signedInRig("", { access: "not-authorized" });
    await rig.run("archive");
    await rig.restartSimulator({ access: "allowed" });
    const before = readdirSync(rig.folder, { recursive: true, encoding: "utf8" }).toSorted();

    expect((await rig.run("config", "check", "--online")).exit).toBe(0);

    const note = "state/contoso/access-refused.json";
    expect(before).toContain(note);
    expect(readdirSync(rig.folder, { recursive: true, encoding: "utf8" }).toSorted()).toEqual(
      before.filter((name) => name !== note),
    );
  });

  it("where the hour's requests are used up", async () => {
    const rig = await signedInRig();
    rig.configure({ requestsPerHour: 1 });
    mkdirSync(rig.state, { recursive: true });
    writeFileSync(join(rig.state, "requests.log"), `r ${rig.clock.now()}\n`);

    const [exits, out] = await checkedTwice(rig);

    expect(exits).toEqual([0, 69]);
    expect(out).toContain("found none left of 1 an hour");
  });

  it("where a plugin can say nothing without a write, which is not asked to write", async () => {
    const rig = await signedInRig("  own: { use: ./own-sink.mjs }\n");
    writeFileSync(join(rig.folder, "own-sink.mjs"), WRITING_CHECK);

    const [exits, out] = await checkedTwice(rig);

    expect(exits).toEqual([0, 0]);
    expect(out).toMatch(/ok {5}contoso sink own: not looked at\n {7}note: .*`daybook sinks check`/);
  });
});

describe("config check tells, without a write, that a write would fail", () => {
  it.each([
    { where: "below a file", path: "daybook.yaml/vault", found: "found a file" },
    { where: "at a file", path: "daybook.yaml", found: "found a file" },
    { where: "at a link that leads nowhere", path: "dangling", found: "found a link that leads nowhere" },
  ])("to a sink $where", async ({ path, found }) => {
    const rig = await e2eRig({
      ...QUICK,
      files: nodeFiles,
      more: `  own: { use: local-files, path: @/${path} }\n`,
    });
    symlinkSync(join(rig.folder, "nowhere"), join(rig.folder, "dangling"));

    const [exits, out] = await checkedTwice(rig);

    expect(exits).toEqual([73, 73]);
    expect(out).toMatch(/WRONG {2}contoso sink own: /);
    expect(out).toContain(found);
  });

  it("to a sink and a state folder whose nearest parent this user may not write", async () => {
    const rig = await e2eRig({
      ...QUICK,
      files: nodeFiles,
      more: "  own: { use: local-files, path: @/closed/a/b }\n",
    });
    const closed = join(rig.folder, "closed");
    mkdirSync(closed);
    const requireWritable = async (path: string): Promise<void> => {
      if (path !== closed && path !== rig.folder) return nodeFiles.requireWritable(path);
      throw new DaybookError("DISK_DENIED", { message: `${path}: cannot write in it: EACCES` });
    };
    const before = tree(rig.folder);

    const { exit, out } = await rig.runWith({ files: { ...nodeFiles, requireWritable } }, "config", "check");

    expect(exit).toBe(73);
    expect(out).toMatch(
      /WRONG {2}contoso sink own: \S+\/closed\/a\/b: is to be made: \S+\/closed: cannot write in it: EACCES/,
    );
    expect(out).toMatch(/WRONG {2}contoso state folder: .*is to be made/);
    expect(tree(rig.folder)).toEqual(before);
  });
});
