import { describe, expect, it } from "vitest";
import { e2eRig } from "../support/e2e-rig.js";

describe("help", () => {
  it.each([["bogus --help"], ["help bogus"], ["config bogus -h"]])(
    "'%s' is wrong usage, not the general help",
    async (line) => {
      const rig = await e2eRig({ horizon: "3d" });

      expect(await rig.run(...line.split(" "))).toMatchObject({ exit: 64, out: "" });
    },
  );

  it("suggests the command that was meant", async () => {
    const rig = await e2eRig({ horizon: "3d" });

    expect((await rig.run("verfy", "--help")).err).toContain("Did you mean verify?");
  });

  it("prints what --help prints, for a command and for one in a group", async () => {
    const rig = await e2eRig({ horizon: "3d" });

    for (const words of [["archive"], ["config", "check"], []])
      expect(await rig.run("help", ...words)).toEqual(await rig.run(...words, "--help"));
  });
});

it("a wrong day is blamed on the option that named it", async () => {
  const rig = await e2eRig({ horizon: "3d" });

  expect((await rig.run("archive", "--day", "2026-13-45")).err).toContain("--day: expected a UTC day");
});
