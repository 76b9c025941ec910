import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { newestRelease } from "../../scripts/changelog.js";
import { Engine } from "./container/engine.js";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const { version, devDependencies } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
const work = mkdtempSync(join(tmpdir(), "daybook-release-"));
const release = join(work, "release");
const SCRIPT = join(REPOSITORY, "scripts", "release.sh");
const IMAGE = "localhost/daybook";
const MOMENT = 1_795_000_000;
const ownArchitecture = execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();
const image = `daybook-${version}-image-${ownArchitecture}.tar`;
const builder = new Engine(join(work, "builder"));
/** Has none of the images that the release was made with. */
const user = new Engine(join(work, "user"));

beforeAll(() => {
  vi.stubEnv("SOURCE_DATE_EPOCH", String(MOMENT));
  builder.release(release, "-Znone");
}, 1_800_000);
afterAll(() => {
  vi.unstubAllEnvs();
  for (const engine of [builder, user]) engine.remove();
  rmSync(work, { recursive: true, force: true });
}, 60_000);

describe("npm run release", () => {
  it("makes packages for two architectures, an image, a package for npm, what is in them, and what changed", () => {
    expect(readdirSync(release).toSorted()).toEqual(
      [
        "RELEASE-NOTES.md",
        "SHA256SUMS",
        image,
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

    expect(checked.trim().split("\n")).toHaveLength(8);
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

  it("has an image that runs once it is loaded, and keeps its health check", () => {
    user.load(join(release, image));

    const [inspected] = JSON.parse(user.podman("inspect", IMAGE));
    expect(user.podman("images", "--format={{.Repository}}:{{.Tag}}")).toContain(`${IMAGE}:${version}\n`);
    expect(inspected.Healthcheck.Test.join(" ")).toContain("/healthz");
    expect(Date.parse(inspected.Created)).toBe(MOMENT * 1000);
    expect(user.try([], "--version")).toEqual({ status: 0, output: `${version}\n` });
  });

  it("is never made over another one", () => {
    const { status, stderr } = spawnSync(SCRIPT, [release], { encoding: "utf8" });

    expect({ status, stderr }).toEqual({
      status: 73,
      stderr: `${release}: expected an empty folder\n`,
    });
  });

  it("says what to install where it cannot make an image", () => {
    const { status, stderr } = spawnSync(SCRIPT, [join(work, "other")], {
      encoding: "utf8",
      env: { PATH: work },
    });

    expect({ status, stderr }).toEqual({
      status: 69,
      stderr:
        "buildah: not found; install it (apt-get install buildah), or leave the image out with --without-image\n",
    });
  });
});
