import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newestRelease } from "../../scripts/changelog.js";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const { version, devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "daybook-release-"));
const release = join(work, "release");
const MOMENT = 1_795_000_000;

function makeRelease(): { readonly status: number | null; readonly stderr: string } {
  return spawnSync("npm", ["run", "--silent", "release", "--", release, "-Znone"], {
    cwd: REPOSITORY,
    encoding: "utf8",
    env: { ...process.env, SOURCE_DATE_EPOCH: String(MOMENT) },
  });
}

beforeAll(() => {
  const { status, stderr } = makeRelease();
  if (status !== 0) throw new Error(stderr);
}, 900_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("npm run release", () => {
  it("makes packages for two architectures, one for npm, what is in them, and what changed", () => {
    expect(readdirSync(release).toSorted()).toEqual(
      [
        "RELEASE-NOTES.md",
        "SHA256SUMS",
        `daybook-${version}-linux-amd64.tar.gz`,
        `daybook-${version}-linux-arm64.tar.gz`,
        `daybook-${version}.cdx.json`,
        `daybook-${version}.tgz`,
        `daybook_${version}_amd64.deb`,
        `daybook_${version}_arm64.deb`,
      ].toSorted(),
    );
  });

  it("sums every file", () => {
    const checked = execFileSync("sha256sum", ["--check", "SHA256SUMS"], { cwd: release, encoding: "utf8" });

    expect(checked.trim().split("\n")).toHaveLength(7);
    expect(checked).not.toMatch(/: (?!OK$)/m);
  });

  it.each([
    ["amd64", 0x3e],
    ["arm64", 0xb7],
  ])("gives %s a Node.js for that machine, in the package and in the archive", (architecture, machine) => {
    const deb = join(release, `daybook_${version}_${architecture}.deb`);
    const field = execFileSync("dpkg-deb", ["--field", deb, "Architecture"], { encoding: "utf8" });
    const tar = join(release, `daybook-${version}-linux-${architecture}.tar.gz`);
    const node = execFileSync("tar", ["-xzOf", tar, "./usr/lib/daybook/node"], { maxBuffer: 1 << 28 });
    const names = execFileSync("tar", ["-tzf", tar], { encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");

    expect(field.trim()).toBe(architecture);
    // The machine in the header of an ELF file.
    expect(node.subarray(1, 4).toString()).toBe("ELF");
    expect(node.readUInt16LE(18)).toBe(machine);
    expect(node.includes(`node/v${devDependencies.node}`) || node.includes(`v${devDependencies.node}`)).toBe(
      true,
    );
    expect(names).toEqual(
      expect.arrayContaining([
        "./usr/bin/daybook",
        "./usr/lib/daybook/dist/src/main.js",
        "./usr/lib/systemd/system/daybook.service",
      ]),
    );
  });

  it("lists every package that it brings, and Node.js, as CycloneDX", () => {
    const sbom = JSON.parse(readFileSync(join(release, `daybook-${version}.cdx.json`), "utf8"));
    const lock = JSON.parse(readFileSync(join(REPOSITORY, "package-lock.json"), "utf8"));
    const brought = Object.entries(
      lock.packages as Record<
        string,
        { version: string; dev?: boolean; devOptional?: boolean; peer?: boolean; optional?: boolean }
      >,
    )
      .filter(
        ([path, { dev, devOptional, peer, optional }]) =>
          path !== "" && !(dev || devOptional || peer || optional),
      )
      .map(([path, entry]) => `${path.split("node_modules/").at(-1)}@${entry.version}`);
    const listed = (sbom.components as readonly { name: string; version: string }[]).map(
      (component) => `${component.name}@${component.version}`,
    );

    expect(sbom).toMatchObject({
      bomFormat: "CycloneDX",
      metadata: {
        timestamp: new Date(MOMENT * 1000).toISOString(),
        component: { name: "daybook", version },
      },
    });
    expect(brought.length).toBeGreaterThan(50);
    expect(brought.filter((name) => !listed.includes(name))).toEqual([]);
    expect(listed).toContain(`node@${devDependencies.node}`);
    expect(listed.filter((name) => /^(typescript|prettier|oxlint)@/.test(name))).toEqual([]);
  });

  it("cuts the notes of this version out of the changelog", () => {
    expect(readFileSync(join(release, "RELEASE-NOTES.md"), "utf8").trim()).toBe(newestRelease().notes);
  });

  it("is never made over another one", () => {
    expect(makeRelease()).toMatchObject({
      status: 73,
      stderr: expect.stringContaining("expected an empty folder"),
    });
  });
});
