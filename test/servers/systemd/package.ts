import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
/** What the package is made of. */
const PARTS = [
  "config",
  "docs",
  "packages",
  "plugins",
  "scripts",
  "src",
  "systemd",
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "tsconfig.plugin.json",
];

/** `npm run package` into `folder`, quickly: not compressed. Returns the path of the .deb. */
export function buildPackage(folder: string, repository = REPOSITORY): string {
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["run", "--silent", "package", "--", folder, "-Znone"], {
    cwd: repository,
    env: { ...process.env, SOURCE_DATE_EPOCH: "1795000000" },
    // The compiler tells its errors on standard output.
    stdio: ["ignore", 2, 2],
  });
  const [name = "", ...others] = readdirSync(folder).filter((file) => file.endsWith(".deb"));
  if (others.length > 0) throw new Error(`${folder}: expected one package, found ${others.length + 1}`);
  return join(folder, name);
}

/** The same program under another version, as a clone in `folder`. */
export function cloneAs(version: string, folder: string): string {
  for (const part of PARTS) cpSync(join(REPOSITORY, part), join(folder, part), { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  const manifest = readFileSync(join(REPOSITORY, "package.json"), "utf8");
  writeFileSync(
    join(folder, "package.json"),
    manifest.replace(/"version": "[^"]+"/, `"version": "${version}"`),
  );
  return folder;
}
