#!/bin/sh
# Lays out the program in a new folder, as every package of it has it: what a clone has after `npm run build`, without what only
# its developers need. Node.js is not in it.
#   scripts/program.sh FOLDER [OPTION OF npm ci ..]
# It needs the network or npm's cache, and the packages of `npm ci` in the clone.
set -eu
mkdir -p "$1"
app=$(realpath "$1")
shift
cd "$(dirname "$0")/.."

node_modules/.bin/tsc -p tsconfig.build.json --outDir "$app/dist" --declaration false --sourceMap false
rm -r "$app/dist/scripts"
# The types of what a plugin's author imports.
node_modules/.bin/tsc -p tsconfig.plugin.json --outDir "$app/dist"
cp -R config docs README.md CHANGELOG.md LICENSE package.json package-lock.json "$app"
find plugins -type f ! -name '*.ts' -exec cp --parents {} "$app" \;
(cd "$app" && npm ci --omit=dev --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error "$@")
rm "$app/package-lock.json"
# What no program loads: types (Node refuses TypeScript below node_modules), source maps, prose, tests. Licences stay, and the types
# of zod, which are the types of a plugin's options.
find "$app/node_modules" -depth -regextype posix-extended ! -iname 'licen[cs]e*' ! -iname 'notice*' ! -path '*/node_modules/zod/*.d.ts' \
  \( -type f -regex '.*\.([cm]?ts|map|md|html)' -o -name '.*' -o -regex '.*/node_modules/(@[^/]*/)?[^/@]+/(test|tests|docs)' \) \
  -exec rm -rf {} +
find "$app/node_modules" -type d -empty -delete
