import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..", "..");

/** Installs what the folder of `test/servers` needs alone, as its lock file says; throws when it cannot. */
export function installServerPackages(folder: string): void {
  const installed = installedAt(folder);
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    copyFileSync(join(root, "test", "servers", folder, name), join(installed, name));
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd: installed,
    stdio: "inherit",
  });
  if (status !== 0)
    throw new Error(`npm ci of test/servers/${folder} ended with ${status ?? error?.message ?? "a signal"}`);
}

/** The address by which a package of the folder is imported. */
export function serverPackage(folder: string, name: string): string {
  return pathToFileURL(createRequire(join(installedAt(folder), "package.json")).resolve(name)).href;
}

// Below node_modules, where no test, linter or formatter of this package looks.
function installedAt(folder: string): string {
  return join(root, "node_modules", ".cache", `daybook-servers-${folder}`);
}
