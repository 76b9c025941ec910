#!/bin/sh
# Builds the Debian package: npm run package [-- FOLDER [OPTION OF dpkg-deb ..]]
# For this machine's architecture, or the one of $ARCHITECTURE: amd64 or arm64.
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
architecture=${ARCHITECTURE:-$(dpkg --print-architecture)}
case $architecture in
amd64) cpu=x64 ;;
arm64) cpu=arm64 ;;
*)
  echo "ARCHITECTURE: expected amd64 or arm64, found $architecture" >&2
  exit 64
  ;;
esac

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
root=$staging/root
app=$root/usr/lib/daybook
share=$root/usr/share

scripts/program.sh "$app" --os=linux --cpu="$cpu" --libc=glibc
if [ "$architecture" = "$(dpkg --print-architecture)" ]; then
  cp node_modules/node/bin/node "$app/node"
else
  # The same version for the other architecture, from where `npm ci` takes this machine's.
  node=$(node_modules/.bin/node -p 'require("./package.json").devDependencies.node')
  npm pack --silent --pack-destination "$staging" "node-linux-$cpu@$node" >/dev/null
  tar -xzf "$staging/node-linux-$cpu-$node.tgz" -C "$app" --strip-components 2 package/bin/node
fi

# Where the system looks for the rest.
mkdir -p "$root/etc/daybook" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" "$share/man/man1" \
  "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d" "$share/doc/daybook" "$share/lintian/overrides"
cp systemd/deb/daybook "$root/usr/bin/daybook"
cp systemd/daybook.service "$root/usr/lib/systemd/system/daybook.service"
cp systemd/daybook.sysusers "$root/usr/lib/sysusers.d/daybook.conf"
cp systemd/completion/daybook.bash "$share/bash-completion/completions/daybook"
cp systemd/completion/daybook.zsh "$share/zsh/vendor-completions/_daybook"
cp systemd/completion/daybook.fish "$share/fish/vendor_completions.d/daybook.fish"
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
