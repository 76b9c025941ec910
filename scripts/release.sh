#!/bin/sh
# Makes everything that a release publishes: npm run release [-- [--without-image] [FOLDER [OPTION OF dpkg-deb ..]]]
#   daybook_VERSION_ARCHITECTURE.deb             for Debian, amd64 and arm64, with its own Node.js
#   daybook-VERSION-linux-ARCHITECTURE.tar.gz    the same files for other systems with systemd: tar -C / -xzf
#   daybook-VERSION-image-ARCHITECTURE.tar       the image of deploy/Containerfile for this machine's architecture, for
#                                                docker load, podman load and ctr images import
#   daybook-VERSION.tgz                          for npm, and for authors of plugins
#   daybook-VERSION.cdx.json                     what is in it (CycloneDX)
#   RELEASE-NOTES.md                             what changed, from CHANGELOG.md
#   SHA256SUMS                                   of all of them
# FOLDER, by default ./release, must be empty or absent. It needs the network or npm's cache, and buildah for the image, which
# takes $IMAGE_OPTIONS as more options of `buildah build`: deploy/Containerfile says which. The same commit gives the same bytes,
# but for the image: it has the Debian packages of its day.
set -eu
image=yes
if [ "${1-}" = --without-image ]; then
  image=no
  shift
elif ! command -v buildah >/dev/null; then
  echo "buildah: not found; install it (apt-get install buildah), or leave the image out with --without-image" >&2
  exit 69
fi
folder=${1:-release}
[ $# -eq 0 ] || shift
mkdir -p "$folder"
folder=$(realpath "$folder")
if [ -n "$(ls -A "$folder")" ]; then
  echo "$folder: expected an empty folder" >&2
  exit 73
fi
cd "$(dirname "$0")/.."

: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:?expected seconds since 1970, or a commit}"
version=$(node_modules/.bin/node -p 'require("./package.json").version')

# Each section of CHANGELOG.md begins with "## VERSION (DATE)".
awk -v version="$version" '$1 == "##" { found = $2 == version; next } found' CHANGELOG.md |
  sed -e '/./,$!d' >"$folder/RELEASE-NOTES.md"
if [ ! -s "$folder/RELEASE-NOTES.md" ]; then
  echo "CHANGELOG.md: expected a section \"## $version (DATE)\", found none" >&2
  exit 65
fi

for architecture in amd64 arm64; do
  ARCHITECTURE=$architecture systemd/deb/build.sh "$folder" "$@"
  dpkg-deb --fsys-tarfile "$folder"/daybook_*_$architecture.deb |
    gzip -n >"$folder/daybook-$version-linux-$architecture.tar.gz"
done

if [ $image = yes ]; then
  # The format docker: an image of the OCI has no health check. Not compressed: podman 4 loads no other.
  # shellcheck disable=SC2086 # several words
  buildah build --quiet --format docker --timestamp "$SOURCE_DATE_EPOCH" --file deploy/Containerfile ${IMAGE_OPTIONS-} \
    --tag "docker-archive:$folder/daybook-$version-image-$(dpkg --print-architecture).tar:localhost/daybook:$version" . >&2
fi

scripts/npm-package.sh "$folder"

# Without --omit=dev, which leaves out what both the program and its tests use.
# shellcheck disable=SC2016 # JavaScript
npm sbom --package-lock-only --sbom-format=cyclonedx --sbom-type=application |
  node_modules/.bin/node --input-type=module -e '
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import lock from "./package-lock.json" with { type: "json" };
import manifest from "./package.json" with { type: "json" };
const { serialNumber: _, ...sbom } = JSON.parse(await text(process.stdin));
// npm names a moment and a random number: in their place, what the same commit always gives.
// npm takes the name of the folder.
sbom.metadata.component.name = manifest.name;
sbom.metadata.timestamp = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString();
const brought = new Set(
  Object.entries(lock.packages)
    .filter(([, { dev, devOptional, peer }]) => !(dev || devOptional || peer))
    .map(([path, { name = path.split("node_modules/").at(-1), version }]) => `${name}@${version}`),
);
// The packages bring the Node.js that npm counts among the tools of developers.
const version = manifest.devDependencies.node;
const node = { type: "platform", "bom-ref": `node@${version}`, name: "node", version };
sbom.components = [
  ...sbom.components.filter(({ name, version }) => brought.has(`${name}@${version}`)),
  { ...node, purl: `pkg:github/nodejs/node@v${version}`, licenses: [{ license: { id: "MIT" } }] },
];
const refs = new Set([...sbom.components, sbom.metadata.component].map((component) => component["bom-ref"]));
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
const id = createHash("sha256").update(JSON.stringify(sbom)).digest("hex");
const uuid = [id.slice(0, 8), id.slice(8, 12), `8${id.slice(13, 16)}`, `8${id.slice(17, 20)}`, id.slice(20, 32)].join("-");
process.stdout.write(`${JSON.stringify({ ...sbom, serialNumber: `urn:uuid:${uuid}` }, null, 2)}\n`);
' >"$folder/daybook-$version.cdx.json"

cd "$folder"
sha256sum -- * >SHA256SUMS.unfinished
mv SHA256SUMS.unfinished SHA256SUMS
