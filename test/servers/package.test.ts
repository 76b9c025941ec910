import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Box } from "./systemd/box.js";
import { buildPackage, cloneAs } from "./systemd/package.js";

const NEXT_VERSION = "99.0.0";
const AS_DAYBOOK = "runuser -u daybook -- daybook";
/** Every file that an operator cares for: name, mode, owner, bytes. */
const SNAPSHOT =
  "find /var/lib/daybook /srv/daybook /etc/daybook -printf '%p %m %u:%g\\n' | sort;" +
  "find /var/lib/daybook /srv/daybook /etc/daybook -type f -exec sha256sum {} + | sort";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};
const work = mkdtempSync(join(tmpdir(), "daybook-package-"));
let first: string;
let next: string;
const box = new Box(join(work, "run"), {
  "/opt/packages": join(work, "packages"),
  "/opt/test": join(import.meta.dirname, "systemd"),
});

beforeAll(() => {
  chmodSync(work, 0o755);
  first = buildPackage(join(work, "packages", "first"));
  next = buildPackage(join(work, "packages", "next"), cloneAs(NEXT_VERSION, join(work, "clone")));
  box.start();
});

afterAll(() => {
  box.stop();
  rmSync(work, { recursive: true, force: true });
});

/** Every entry in its order, with owner, mode, size and time; then every file's hash. */
function contents(path: string): readonly string[] {
  const entries = execFileSync("dpkg-deb", ["--contents", path], { encoding: "utf8", maxBuffer: 1 << 24 });
  const hashes = execFileSync("dpkg-deb", ["--info", path, "md5sums"], { encoding: "utf8" });
  return `${entries}${hashes}`.trimEnd().split("\n");
}

function apt(words: string): string {
  const { status, output } = box.try(`apt-get -q -y ${words}`);
  if (status !== 0) throw new Error(`apt-get ${words}: expected exit 0, found ${status}: ${output}`);
  return output;
}

/** The box sees the packages under another path. */
function inside(path: string): string {
  return `/opt/packages/${path === next ? "next" : "first"}/${basename(path)}`;
}

describe("the Debian package", () => {
  it("has the same bytes from another clone, but for the version", () => {
    const [ours, theirs] = [contents(first), contents(next)];
    const known = new Set(theirs);
    const differing = ours.filter((line) => !known.has(line));

    expect(theirs).toHaveLength(ours.length);
    expect(differing.map((line) => line.split(" ").at(-1))).toEqual([
      "./usr/lib/daybook/package.json",
      "./usr/share/doc/daybook/changelog.gz",
      "usr/lib/daybook/package.json",
      "usr/share/doc/daybook/changelog.gz",
    ]);
  });

  it("installs on a bare Debian 12 without Node.js, enabled and not started", () => {
    expect(box.try("command -v node").status).not.toBe(0);

    const output = apt(`install ${inside(first)}`);

    expect(output).toContain("daybook setup ");
    expect(box.exec("daybook", "--version").trim()).toBe(manifest.version);
    expect(box.exec("systemctl", "is-enabled", "daybook").trim()).toBe("enabled");
    expect(box.show("ActiveState")).toBe("inactive");
  });

  it("says at a start without a configuration what to do, and does not start again", () => {
    expect(box.try("systemctl start daybook").status).not.toBe(0);

    expect(box.show("ActiveState")).toBe("failed");
    expect(box.show("ExecMainStatus")).toBe("78");
    expect(box.try("systemctl status daybook").output).toContain(
      "run `daybook config init /etc/daybook/daybook.yaml`",
    );
  });

  it("holds every file that the program reads", () => {
    const names = Object.keys(manifest.dependencies).map((name) => `await import(${JSON.stringify(name)});`);
    const script = `import "reflect-metadata"; ${names.join(" ")} process.stdout.write("loaded")`;
    box.exec("sh", "-c", "cd /tmp && daybook sinks new tape");

    expect(
      box.exec(
        "sh",
        "-c",
        `cd /usr/lib/daybook && ./node --input-type=module -e '${script.replaceAll("'", "")}'`,
      ),
    ).toBe("loaded");
    expect(box.try("dpkg --verify daybook").output).toBe("");
  });

  it("starts with a configuration that root wrote, which the daemon and nobody else can read", () => {
    box.exec("daybook", "config", "init", "/etc/daybook/daybook.yaml");
    box.exec("/opt/test/site.sh");
    box.exec("systemctl", "start", "daybook");

    expect(box.exec("stat", "-c", "%a %U:%G", "/etc/daybook/daybook.yaml").trim()).toBe("640 root:daybook");
    expect(box.show("ActiveState")).toBe("active");
    expect(box.phrases()).toContain("daemon ready");
  });

  it("brings a running daemon back after an upgrade, with configuration, secrets and archive as they were", async () => {
    await box.until(() => box.show("StatusText").startsWith("1 tenant; sealed to "));
    const before = [box.exec("sh", "-c", "sha256sum /etc/daybook/*"), box.show("MainPID")];

    apt(`install ${inside(next)}`);

    expect(box.show("ActiveState")).toBe("active");
    expect(box.phrases().filter((phrase) => phrase === "daemon stopped")).toHaveLength(1);
    expect(box.exec("daybook", "--version").trim()).toBe(NEXT_VERSION);
    const after = [box.exec("sh", "-c", "sha256sum /etc/daybook/*"), box.show("MainPID")];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(box.exec("sh", "-c", `${AS_DAYBOOK} verify`)).toContain(": whole; ");
  });

  it("leaves a daemon that was stopped, or disabled, as it is", () => {
    box.exec("systemctl", "disable", "--now", "daybook");

    const output = apt(`install --reinstall ${inside(next)}`);

    expect(output).toContain("was not running");
    expect(box.show("ActiveState")).toBe("inactive");
    expect(box.try("systemctl is-enabled daybook").output.trim()).toBe("disabled");
  });

  it("leaves state, archive, configuration and secrets byte for byte when it is removed and purged", () => {
    const before = box.exec("sh", "-c", SNAPSHOT);
    expect(before).toContain("/srv/daybook/contoso/head ");

    apt("remove daybook");
    const removed = box.exec("sh", "-c", SNAPSHOT);
    const output = apt("purge daybook");

    expect(removed).toBe(before);
    expect(box.exec("sh", "-c", SNAPSHOT)).toBe(before);
    expect(output).toContain("/var/lib/daybook");
    expect(box.try("command -v daybook; ls -d /usr/lib/daybook").output).not.toContain("/bin/daybook\n");
  });

  it("goes on with the archive when it is installed again", () => {
    apt(`install ${inside(next)}`);

    expect(box.show("ActiveState")).toBe("active");
    expect(box.exec("sh", "-c", `${AS_DAYBOOK} verify`)).toContain(": whole; ");
  });
});

describe("a plugin of the package's own `sinks new`", () => {
  const unpacked = join(work, "unpacked");
  const program = join(unpacked, "usr", "lib", "daybook");

  beforeAll(() => {
    execFileSync("dpkg-deb", ["-x", first, unpacked]);
  });

  it(
    "is installed and tested by the commands that `sinks new` prints, by any user",
    { timeout: 900_000 },
    () => {
      const home = join(work, "author");
      mkdirSync(home);
      execFileSync("chown", ["nobody", home]);
      const daybook = `${join(program, "node")} ${join(program, "dist", "src", "main.js")}`;
      const [, printed = "exit 1"] =
        /next: (.*)/.exec(typeAsAuthor(home, `${daybook} sinks new our-tape`)) ?? [];

      const output = typeAsAuthor(home, printed);

      expect(printed).toBe("cd our-tape && npm install && npm test");
      expect(output).toMatch(/Tests +\d{2} passed/);
      expect(output).not.toMatch(/EBADENGINE/);
    },
  );

  it.each([
    ["store", "js"],
    ["store", "ts"],
    ["sink", "js"],
    ["sink", "ts"],
  ])("is type-checked against the package's declarations, strictly: a %s in %s", (kind, language) => {
    const name = `our-${kind}-${language}`;
    const made = ["sinks", "new", name, "--kind", kind, "--language", language];
    execFileSync(join(program, "node"), [join(program, "dist", "src", "main.js"), ...made], {
      cwd: unpacked,
    });
    const plugin = join(unpacked, name);
    mkdirSync(join(plugin, "node_modules", "@types"), { recursive: true });
    symlinkSync(program, join(plugin, "node_modules", "daybook"));
    symlinkSync(
      join(REPOSITORY, "node_modules", "@types", "node"),
      join(plugin, "node_modules", "@types", "node"),
    );

    const file = `index.${language}`;
    expect(typeErrors(plugin, file)).toBe("");
    // Not because every type were unknown.
    appendFileSync(join(plugin, file), "\noptions.parse({}).path.toFixed();\n");
    expect(typeErrors(plugin, file)).toMatch(
      /^index\.[jt]s\(\d+,\d+\): error TS\d+: Property 'toFixed' does not exist on type 'string'/,
    );
    expect(typeErrors(plugin, file).trim().split("\n")).toHaveLength(1);
  });
});

/** As a user of the machine who may write nowhere but in a home; each line typed in that folder. */
function typeAsAuthor(home: string, line: string): string {
  // The machine's own Node.js and npm, not those that the tests run with.
  const path = process.env["PATH"]?.split(":").filter((each) => !each.endsWith("node_modules/.bin"));
  const env = [`HOME=${home}`, `PATH=${path?.join(":")}`, "NO_COLOR=1"];
  const { status, stdout, stderr } = spawnSync(
    "runuser",
    ["-u", "nobody", "--", "env", "-i", ...env, "sh", "-ec", line],
    { cwd: home, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${line}: expected exit 0, found ${status}: ${stdout}${stderr}`);
  return stdout;
}

function typeErrors(plugin: string, file: string): string {
  const tsc = join(REPOSITORY, "node_modules", ".bin", "tsc");
  const options = [
    "--noEmit",
    "--allowJs",
    "--checkJs",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    // The package that the plugin is in has a tsconfig.json of its own.
    "--ignoreConfig",
  ];
  const { stdout, stderr } = spawnSync(tsc, [...options, "--types", "node", file], {
    cwd: plugin,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return `${stdout}${stderr}`;
}

describe("the manual page", () => {
  it("is formatted without a warning", () => {
    const page = execFileSync("dpkg-deb", ["--fsys-tarfile", first], { maxBuffer: 1 << 30 });
    const packed = execFileSync("tar", ["-xO", "./usr/share/man/man1/daybook.1.gz"], { input: page });
    const text = execFileSync("gzip", ["-dc"], { input: packed });

    const { stdout, stderr } = spawnSync("groff", ["-man", "-Tutf8", "-ww"], {
      input: text,
      encoding: "utf8",
    });

    expect(stderr).toBe("");
    expect(stdout).toContain("daybook config init");
  });
});
