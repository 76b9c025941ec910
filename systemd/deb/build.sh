#!/bin/sh
# Builds the Debian package: npm run package [-- FOLDER [OPTION OF dpkg-deb ..]]
# It needs the network or npm's cache. The same commit gives the same bytes: order, owners, modes and times are fixed, the time
# by $SOURCE_DATE_EPOCH or else the last commit's; what it holds, by package-lock.json.
set -eu
folder=$(realpath "${1:-.}")
[ $# -eq 0 ] || shift
cd "$(dirname "$0")/../.."

: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:?expected seconds since 1970, or a commit}" LC_ALL=C TZ=UTC
# A hyphen would begin a Debian revision; a tilde sorts 1.0.0~rc.1 before 1.0.0.
version=$(node_modules/.bin/node -p 'require("./package.json").version.replaceAll("-", "~")')
architecture=$(dpkg --print-architecture)

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
root=$staging/root
app=$root/usr/lib/daybook
share=$root/usr/share

# The program: what a clone has after `npm run build`, without what only its developers need.
mkdir -p "$app"
node_modules/.bin/tsc -p tsconfig.build.json --outDir "$app/dist" --declaration false --sourceMap false
cp -R config docs README.md CHANGELOG.md LICENSE package.json package-lock.json "$app"
find plugins -type f ! -name '*.ts' -exec cp --parents {} "$app" \;
(cd "$app" && npm ci --omit=dev --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error)
rm "$app/package-lock.json"
# What no program loads: types (Node refuses TypeScript below node_modules), source maps, prose, tests. Licences stay.
find "$app/node_modules" -depth -regextype posix-extended ! -iname 'licen[cs]e*' ! -iname 'notice*' \
  \( -type f -regex '.*\.([cm]?ts|map|md|html)' -o -name '.*' -o -regex '.*/node_modules/(@[^/]*/)?[^/@]+/(test|tests|docs)' \) \
  -exec rm -rf {} +
find "$app/node_modules" -type d -empty -delete
cp node_modules/node/bin/node "$app/node"

# Where the system looks for the rest.
mkdir -p "$root/etc/daybook" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$share/man/man1" \
  "$share/bash-completion/completions" "$share/doc/daybook" "$share/lintian/overrides"
cp systemd/deb/daybook "$root/usr/bin/daybook"
cp systemd/daybook.service "$root/usr/lib/systemd/system/daybook.service"
cp systemd/daybook.sysusers "$root/usr/lib/sysusers.d/daybook.conf"
cp systemd/daybook.bash-completion "$share/bash-completion/completions/daybook"
cp systemd/deb/lintian-overrides "$share/lintian/overrides/daybook"
cp systemd/deb/copyright "$share/doc/daybook/copyright"
gzip -9nc docs/daybook.1 >"$share/man/man1/daybook.1.gz"
for text in README.md CHANGELOG.md docs plugins; do ln -s "../../../lib/daybook/$text" "$share/doc/daybook/$text"; done
ln -s ../../../lib/daybook/config "$share/doc/daybook/examples"

mkdir "$root/DEBIAN"
cp systemd/deb/postinst systemd/deb/prerm systemd/deb/postrm "$root/DEBIAN"
size=$(find "$root" -path "$root/DEBIAN" -prune -o -type f -printf '%s\n' | awk '{ n += int(($1 + 1023) / 1024) } END { print n }')
sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" systemd/deb/control >"$root/DEBIAN/control"
gzip -9nc >"$share/doc/daybook/changelog.gz" <<TEXT
daybook ($version) stable; urgency=medium

  * What changed is told in CHANGELOG.md, beside this file.

 -- $(sed -n 's/^Maintainer: //p' systemd/deb/control)  $(date -R -d "@$SOURCE_DATE_EPOCH")
TEXT
(cd "$root" && find etc usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)

find "$root" -type d -exec chmod 755 {} +
find "$root" -type f -exec chmod 644 {} +
chmod 755 "$app/node" "$root/usr/bin/daybook" "$root/DEBIAN/postinst" "$root/DEBIAN/prerm" "$root/DEBIAN/postrm"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group "$@" --build "$root" "$folder/daybook_${version}_$architecture.deb"
