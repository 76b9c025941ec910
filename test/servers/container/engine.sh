#!/bin/bash
# Builds and runs images without a registry and without a daemon, on a machine that may itself be a container.
#   engine.sh bases STORE ROOT NODE   makes the images localhost/debian of the folder ROOT and localhost/node with NODE and npm
#   engine.sh build STORE ARG..       buildah build, with the bases
#   engine.sh release STORE ARG..     npm run release, with the bases
#   engine.sh podman STORE ARG..      podman
# STORE: a folder for images and containers. Needs root, podman, buildah and crun.
set -euo pipefail
command=${1:?bases, build, release or podman}
store=$(realpath -m "${2:?a folder}")
shift 2
storage=(--root "$store/images" --runroot "$store/run" --storage-driver overlay)

stand_ins=(--build-arg NODE_IMAGE=localhost/node --build-arg DEBIAN_IMAGE=localhost/debian --secret "id=npmrc,src=$store/npmrc")
# A chroot instead of a container for each RUN: that works where no cgroup can be made.
export BUILDAH_ISOLATION=chroot

build() {
  buildah "${storage[@]}" build --format docker "$@"
}

bases() {
  root=$1 node=$2
  context=$store/base
  mkdir -p "$context"
  tar -C "$root" -c . | podman "${storage[@]}" import --quiet - localhost/debian
  cp -L "$node" "$context/node"
  # Not `npm root --global`: that follows the node that is first in PATH, which may have no npm of its own.
  cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$context/npm"
  cp -L /etc/ssl/certs/ca-certificates.crt "$context/"
  # As npm on this machine is told to reach its registry.
  printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\n' "$(npm config get registry)" >"$store/npmrc"
  cat >"$context/Containerfile" <<'TEXT'
FROM localhost/debian
COPY ca-certificates.crt /etc/ssl/certs/
COPY npm /usr/local/lib/node_modules/npm
COPY node /usr/local/bin/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
TEXT
  build --quiet --tag localhost/node "$context"
}

case $command in
bases) bases "$@" ;;
build) build "${stand_ins[@]}" "$@" ;;
release)
  # What `storage` says, for a script that calls buildah itself.
  printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/images"\nrunroot = "%s/run"\n' "$store" "$store" >"$store/storage.conf"
  export CONTAINERS_STORAGE_CONF=$store/storage.conf IMAGE_OPTIONS="${stand_ins[*]}"
  exec npm run --silent release -- "$@"
  ;;
podman)
  # crun refuses a mixture of cgroup v1 and v2: a view of v2 alone, for this command alone.
  export STORE_OPTIONS="${storage[*]}"
  # shellcheck disable=SC2016 # the inner shell expands it
  exec unshare --mount --propagation private bash -c '
    mount -t tmpfs tmpfs /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
    exec podman $STORE_OPTIONS --cgroup-manager cgroupfs --log-level fatal "$@"' podman "$@"
  ;;
esac
