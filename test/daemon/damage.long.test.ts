import { chmodSync, copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { daemonRig } from "../support/daemon-rig.js";
import type { DaemonRig, LogLine } from "../support/daemon-rig.js";

const SHORT = { start: "2026-03-15T09:00:00Z", horizon: "4d", schedule: "7 9 * * *" };

/** The page of a sealed day as a record sink has it. */
function pageInVault({ folder }: DaemonRig): string {
  const days = join(folder, "vault", "contoso", "days");
  const page = readdirSync(days, { recursive: true, encoding: "utf8" })
    .toSorted()
    .find((name) => name.endsWith("h09-0001.json.zst"));
  return join(days, page ?? "");
}

function flipOneByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[8] = (bytes[8] ?? 0) ^ 1;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

function alarmsOfDamage(lines: readonly LogLine[]): readonly string[] {
  return lines
    .filter((line) => line["alarm"] === "integrity-failure")
    .map(({ time, msg }) => `${time.slice(0, 10)} ${msg}`);
}

describe("damage in a record sink", { timeout: 60_000 }, () => {
  it("is found by the daemon, told daily, and over once it is mended (fault 52)", async () => {
    const rig = await daemonRig(SHORT);
    rig.clock.at("2026-03-16T12:00:00Z", () => {
      copyFileSync(pageInVault(rig), join(rig.folder, "copy"));
      flipOneByte(pageInVault(rig));
    });
    rig.clock.at("2026-03-24T12:00:00Z", () =>
      writeFileSync(pageInVault(rig), readFileSync(join(rig.folder, "copy"))),
    );

    const { lines, exit } = await rig.runUntil("2026-03-26T00:00:00Z");

    expect(alarmsOfDamage(lines)).toEqual([
      "2026-03-22 alarm began",
      "2026-03-23 alarm lasted",
      "2026-03-24 alarm lasted",
      "2026-03-25 alarm lasted",
      "2026-03-25 alarm ended",
    ]);
    const [found] = lines.filter(({ msg }) => msg === "damage found in sink");
    expect(found).toMatchObject({ tenant: "contoso", sink: "vault" });
    expect(found?.["path"]).toMatch(/^days\/2026\/03\/1\d\/r0001\/h09-0001.json.zst$/);
    expect(exit).toBe(0);
    expect((await rig.run("verify")).exit).toBe(0);
  });

  it("is no reason to stop: days are sealed while it stands", async () => {
    const rig = await daemonRig(SHORT);
    rig.clock.at("2026-03-16T12:00:00Z", () => flipOneByte(pageInVault(rig)));

    const { lines } = await rig.runUntil("2026-03-25T12:00:00Z");

    const sealed = lines.filter(({ msg }) => msg === "day archived").map((line) => line["day"]);
    expect(sealed.at(-1)).toBe("2026-03-23");
    expect((await rig.run("verify")).exit).toBe(65);
  });
});
