import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";

it.each([
  ["s3", "it is the name of a bundled sink"],
  ["local-files", "it is the name of a bundled sink"],
  ["fs", "it is the name of a module of Node.js"],
  ["daybook", "it is the name of a package that the new one installs"],
  ["vitest", "it is the name of a package that the new one installs"],
  ["null", "YAML reads it as a value"],
])("sinks new refuses %s, and says why: %s", async (name, reason) => {
  const rig = await e2eRig();

  const { exit, err } = await rig.run("sinks", "new", name);

  expect(exit).toBe(64);
  expect(err).toContain(`NAME: expected a free name, found "${name}": ${reason}`);
  expect(err).toContain(`our-${name}`);
  expect(existsSync(join(rig.folder, name))).toBe(false);
});

it.each(["", "Tape", "7-tapes", "../tape", "a_b", "a".repeat(41)])(
  "sinks new refuses what is no name: %j",
  async (name) => {
    const rig = await e2eRig();

    const { exit, err } = await rig.run("sinks", "new", name);

    expect(exit).toBe(64);
    expect(err).toContain(`found "${name}"`);
  },
);

it("sinks new takes words that mean something in its languages, and the names of types", async () => {
  const rig = await e2eRig();

  for (const name of ["class", "default", "sink", "batch", "date", "constructor"]) {
    const { exit, err } = await rig.run("sinks", "new", name, "--kind", "sink", "--language", "ts");
    expect({ name, exit, err }).toMatchObject({ exit: 0 });
    expect(existsSync(join(rig.folder, name, "index.ts"))).toBe(true);
  }
});
