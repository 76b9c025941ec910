#!/bin/sh
# Makes the package for npm, as a plugin's author installs it: npm run package:npm [-- FOLDER]
# Its package.json has no scripts, no developers' packages, and no export that leads to the TypeScript of a clone.
set -eu
folder=$(realpath "${1:-.}")
cd "$(dirname "$0")/.."

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
node_modules/.bin/tsc -p tsconfig.build.json --outDir "$staging/dist" --sourceMap false >&2
node_modules/.bin/node --input-type=module - "$staging" <<'TEXT'
import { cpSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const staging = process.argv[2];
const { scripts, devDependencies, allowScripts, ...manifest } = JSON.parse(readFileSync("package.json", "utf8"));
for (const entry of Object.values(manifest.exports)) if (typeof entry === "object") delete entry["daybook-source"];
writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const path of globSync(manifest.files.filter((each) => !each.startsWith("dist/")))) {
  cpSync(path, join(staging, path), { recursive: true });
}
TEXT
(cd "$staging" && npm pack --silent --pack-destination "$folder")
