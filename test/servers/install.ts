import { spawnSync } from "node:child_process";

/** Debian's name for the package that brings each tool the server tests call. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  zstd: "zstd",
  jq: "jq",
  openssl: "openssl",
  gzip: "gzip",
  groff: "groff-base",
  podman: "podman",
  buildah: "buildah",
  crun: "crun",
  kubectl: "kubernetes-client",
  shellcheck: "shellcheck",
  pdftotext: "poppler-utils",
  soffice: "libreoffice-calc-nogui",
  zsh: "zsh",
  fish: "fish",
  "/usr/sbin/sshd": "openssh-server",
};

/** Installs what this machine lacks; throws, and so fails the run, when it cannot. */
export default function installTools(): void {
  const missing = Object.entries(PACKAGE_OF).filter(([tool]) => !isInstalled(tool));
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name);
  run("apt-get", ["update", "-q"]);
  run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages]);
}

function isInstalled(tool: string): boolean {
  return spawnSync(tool, ["--version"]).error === undefined;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${status ?? error?.message ?? "a signal"}`);
}
