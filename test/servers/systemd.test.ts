import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "..", "..");
const boxScript = join(import.meta.dirname, "systemd", "box.sh");
/** Made once for a machine: 185 MB of Debian. */
const root = join(tmpdir(), "daybook-systemd-bookworm");

const work = mkdtempSync(join(tmpdir(), "daybook-systemd-"));
const run = join(work, "run");

beforeAll(() => {
  for (const tool of ["mmdebstrap", "nsenter", "unshare"]) requireTool(tool);
  if (!existsSync(root)) host(boxScript, "root", root);
  const app = builtApp();
  host(
    boxScript,
    "start",
    root,
    run,
    `${app}:/usr/lib/daybook`,
    `${join(repository, "node_modules")}:/usr/lib/daybook/node_modules`,
    `${join(repository, "systemd")}:/opt/systemd`,
    `${join(import.meta.dirname, "systemd")}:/opt/test`,
  );
  inBox("/opt/test/set-up.sh");
});

afterAll(() => {
  spawnSync(boxScript, ["stop", run]);
  rmSync(work, { recursive: true, force: true });
});

function requireTool(tool: string): void {
  if (spawnSync(tool, ["--version"]).error === undefined) return;
  host(
    "apt-get",
    "install",
    "-q",
    "-y",
    "--no-install-recommends",
    tool === "mmdebstrap" ? tool : "util-linux",
  );
}

/** As it is installed: compiled, with its texts beside it. */
function builtApp(): string {
  const app = join(work, "app");
  mkdirSync(join(app, "node_modules"), { recursive: true });
  for (const part of ["package.json", "config", "docs"])
    cpSync(join(repository, part), join(app, part), { recursive: true });
  host(
    join(repository, "node_modules", ".bin", "tsc"),
    "-p",
    join(repository, "tsconfig.build.json"),
    "--outDir",
    join(app, "dist"),
  );
  host("chmod", "-R", "a+rX", app);
  chmodSync(work, 0o755);
  return app;
}

function host(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function inBox(...command: readonly string[]): string {
  return host(boxScript, "exec", run, ...command);
}

function show(property: string): string {
  return inBox("systemctl", "show", "daybook", "-p", property, "--value").trim();
}

/** The daemon's own lines in the journal, parsed. */
function journal(...filter: readonly string[]): readonly Record<string, unknown>[] {
  return inBox("journalctl", "-u", "daybook", "-o", "cat", ...filter)
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function phrases(): readonly unknown[] {
  return journal().map(({ msg }) => msg);
}

async function until(what: () => boolean): Promise<void> {
  const deadline = performance.now() + 40_000;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within 40 s; status ${show("StatusText")}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe("daybook.service under a real systemd", () => {
  it("starts, and is ready only when the archive is open", () => {
    inBox("systemctl", "start", "daybook");

    expect(show("ActiveState")).toBe("active");
    expect(phrases().slice(0, 2)).toEqual(["daemon started", "daemon ready"]);
  });

  it("says in systemctl status what it does, and signs in with the credential that only it can read", async () => {
    await until(() => /^1 tenant; sealed to \d{4}-\d\d-\d\d; next pass /.test(show("StatusText")));

    expect(inBox("systemctl", "status", "daybook")).toContain('Status: "1 tenant; sealed to ');
    const readable = "setpriv --reuid=daybook --regid=daybook --clear-groups cat /etc/daybook/token";
    expect(() => inBox("sh", "-c", `${readable} 2>/dev/null`)).toThrow("Command failed");
  });

  it("is started again after SIGKILL, and the archive is whole (fault 59)", async () => {
    inBox("systemctl", "kill", "-s", "KILL", "daybook");
    await until(() => show("NRestarts") === "1" && show("ActiveState") === "active");

    expect(inBox("/opt/test/as-daybook.sh", "verify", "--config", "/etc/daybook/daybook.yaml")).toContain(
      ": whole; ",
    );
  });

  it("is killed and started again when it hangs (fault 62)", async () => {
    inBox("systemctl", "kill", "-s", "STOP", "--kill-who=main", "daybook");
    await until(() => show("NRestarts") === "2" && show("ActiveState") === "active");

    expect(inBox("journalctl", "-u", "daybook", "-o", "cat")).toContain("Watchdog timeout");
  });

  it("refuses a bad configuration on reload and goes on with the old one (fault 86)", async () => {
    const pid = show("MainPID");
    inBox("sed", "-i", "s/requestsPerHour: .*/requestsPerHour: none/", "/etc/daybook/daybook.yaml");
    inBox("systemctl", "reload", "daybook");
    await until(() => phrases().includes("configuration refused"));

    expect(show("ActiveState")).toBe("active");
    expect(show("MainPID")).toBe(pid);
  });

  it("gives the journal one JSON line each, with its priority", () => {
    const errors = journal("-p", "err");

    expect(errors.map(({ msg }) => msg)).toContain("configuration refused");
    expect(new Set(errors.map(({ level }) => level))).toEqual(new Set(["error"]));
  });

  it("stops on SIGTERM within 30 seconds, in order (fault 60)", () => {
    const startedMs = performance.now();
    inBox("systemctl", "stop", "daybook");

    expect(performance.now() - startedMs).toBeLessThan(30_000);
    expect(show("Result")).toBe("success");
    expect(phrases().at(-1)).toBe("daemon stopped");
  });

  it("is not started again with a wrong configuration", async () => {
    expect(() => inBox("systemctl", "start", "daybook")).toThrow("Command failed");

    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(show("ActiveState")).toBe("failed");
    expect(show("ExecMainStatus")).toBe("78");
    expect(show("NRestarts")).toBe("0");
  });

  it("has an exposure of at most 1.5", () => {
    const verdict = inBox("systemd-analyze", "security", "daybook", "--no-pager");

    const exposure = Number(/exposure level for daybook.service: ([\d.]+)/.exec(verdict)?.[1]);
    expect(exposure).toBeLessThanOrEqual(1.5);
  });
});
