import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const SCRIPT = join(import.meta.dirname, "box.sh");
/** Made once for a machine: Debian 12 with apt, systemd and what the package depends on, 200 MB. */
const ROOT = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "daybook-test",
  "systemd-bookworm-ssh",
);

/** A Debian with a running systemd, to break and throw away. */
export class Box {
  /** `run`: a new folder for its state. `folders`: the host's, by the place where each is seen inside, read-only. */
  constructor(
    private readonly run: string,
    private readonly folders: Readonly<Record<string, string>>,
  ) {}

  /** Throws where this machine cannot boot one. */
  start(): void {
    const root = bareDebian();
    const pairs = Object.entries(this.folders).map(([inside, from]) => `${from}:${inside}`);
    host(SCRIPT, "start", root, this.run, ...pairs);
  }

  /** What the command wrote; throws where it ends with another code than 0. */
  exec(...command: readonly string[]): string {
    return host(SCRIPT, "exec", this.run, ...command);
  }

  /** The same for a line of sh, with both streams and the exit code. */
  try(line: string): { readonly status: number | null; readonly output: string } {
    const { status, stdout } = spawnSync(SCRIPT, ["exec", this.run, "sh", "-c", `exec 2>&1\n${line}`], {
      encoding: "utf8",
    });
    return { status, output: stdout };
  }

  /** A property of daybook.service. */
  show(property: string): string {
    return this.exec("systemctl", "show", "daybook", "-p", property, "--value").trim();
  }

  /** The daemon's own lines in the journal, parsed. */
  journal(...filter: readonly string[]): readonly Record<string, unknown>[] {
    return this.exec("journalctl", "-u", "daybook", "-o", "cat", ...filter)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  phrases(): readonly unknown[] {
    return this.journal().map(({ msg }) => msg);
  }

  async until(what: () => boolean): Promise<void> {
    const deadline = performance.now() + 40_000;
    while (!what()) {
      if (performance.now() > deadline) throw new Error(`not within 40 s; status ${this.show("StatusText")}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  stop(): void {
    spawnSync(SCRIPT, ["stop", this.run]);
  }
}

/** The folder of a bare Debian 12, made when this machine has none yet. */
export function bareDebian(): string {
  requireTools();
  if (!existsSync(ROOT)) {
    mkdirSync(dirname(ROOT), { recursive: true });
    host(SCRIPT, "root", ROOT);
  }
  return ROOT;
}

function requireTools(): void {
  for (const [tool, debian] of [
    ["mmdebstrap", "mmdebstrap"],
    ["nsenter", "util-linux"],
    ["unshare", "util-linux"],
  ] as const) {
    if (spawnSync(tool, ["--version"]).error === undefined) continue;
    host("apt-get", "install", "-q", "-y", "--no-install-recommends", debian);
  }
}

function host(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
