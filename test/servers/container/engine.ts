import { execFileSync, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bareDebian } from "../systemd/box.js";

const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
const SCRIPT = join(import.meta.dirname, "engine.sh");
/** What compose.yaml and the Kubernetes manifests demand. */
const CONFINED = [
  "--read-only",
  "--cap-drop=all",
  "--security-opt=no-new-privileges",
  // No cgroup and no higher limit can be had where the machine is a container itself.
  "--cgroups=disabled",
  "--ulimit=nofile=1024:1024",
  "--ulimit=nproc=1000:1000",
];

/** Images and containers of one test, in `store`, a new folder. */
export class Engine {
  constructor(private readonly store: string) {}

  /** Builds deploy/Containerfile as `localhost/daybook`, on a Debian and a Node.js of this machine's own. */
  build(): void {
    this.makeBases();
    host("build", this.store, "--tag=localhost/daybook", "--file=deploy/Containerfile", REPOSITORY);
  }

  /** `npm run release` in the repository, its image on the same bases. Throws where it fails. */
  release(...words: readonly string[]): void {
    this.makeBases();
    host("release", this.store, ...words);
  }

  /** Loads an archive of one image as `localhost/daybook`. */
  load(archive: string): void {
    const loaded = this.podman("load", "--input", archive);
    const [, name = ""] = /^Loaded image: (.+)$/m.exec(loaded) ?? [];
    this.podman("tag", name, "localhost/daybook");
  }

  /** What the command wrote; throws where it ends with another code than 0. */
  podman(...words: readonly string[]): string {
    return host("podman", this.store, ...words);
  }

  /** Runs the image's entry point, confined and without a network, with both streams and the exit code. */
  try(
    options: readonly string[],
    ...words: readonly string[]
  ): { readonly status: number | null; readonly output: string } {
    const run = ["run", "--rm", "--network=none", ...CONFINED, ...options, "localhost/daybook", ...words];
    const { status, stdout, stderr } = spawnSync(SCRIPT, ["podman", this.store, ...run], {
      encoding: "utf8",
    });
    return { status, output: `${stdout}${stderr}` };
  }

  /** Starts the service, confined, in the machine's network, as the container `name`. */
  start(name: string, ...options: readonly string[]): void {
    const run = ["run", "--detach", `--name=${name}`, "--network=host", ...CONFINED];
    this.podman(...run, ...options, "localhost/daybook");
  }

  private makeBases(): void {
    host("bases", this.store, bareDebian(), join(REPOSITORY, "node_modules", "node", "bin", "node"));
  }

  remove(): void {
    spawnSync(SCRIPT, ["podman", this.store, "rm", "--all", "--force", "--time=5"], { stdio: "ignore" });
    spawnSync(SCRIPT, ["podman", this.store, "rmi", "--all", "--force"], { stdio: "ignore" });
    spawnSync("umount", [join(this.store, "images", "overlay")], { stdio: "ignore" });
    rmSync(this.store, { recursive: true, force: true });
  }
}

function host(...words: readonly string[]): string {
  return execFileSync(SCRIPT, words, { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", 2] });
}
