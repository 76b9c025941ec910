#!/bin/bash
# A Debian sid root folder with the Ceph object gateway, made once and kept: Debian 12 and 13 have gateways that drop lock
# headers of multipart uploads, ignore checksums, and ignore If-None-Match where a bucket keeps versions.
#   sid-root.sh ROOT
# Needs root, mmdebstrap, and the Debian mirror that apt is set to. About 660 MB and a minute.
set -euo pipefail
ROOT=$(realpath -m "${1:?root folder}")
if [ -x "$ROOT/usr/bin/radosgw" ]; then exit 0; fi
command -v mmdebstrap >/dev/null || {
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mmdebstrap
}
mkdir -p "$(dirname "$ROOT")"
NEW=$(mktemp -d "$ROOT.XXXXXX")
trap 'rm -rf --one-file-system "$NEW"' EXIT
# The suite moves: on a machine whose clock is ahead, its Release file counts as expired.
mmdebstrap --variant=essential --include=ceph-mon,ceph-osd,radosgw,ceph-common \
  --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Apt::Install-Recommends "false"' sid "$NEW"
# Under its name only when whole: a run that was cut off leaves nothing that looks done.
mv -T "$NEW" "$ROOT"
