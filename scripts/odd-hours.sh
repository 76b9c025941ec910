#!/usr/bin/env bash
# Runs a command, by default `npm test`, with the clock set to moments at which tests that know the time of day fail:
# shortly after midnight, when no day is due yet; between the first two readings; shortly before midnight; on
# 29 February and on 31 December. Needs Debian's package faketime.
#
#   scripts/odd-hours.sh                          npm test at each moment
#   scripts/odd-hours.sh npm run test:long        the long suite at each moment
#   MOMENTS="2028-02-29T12:00:00Z" scripts/odd-hours.sh npx vitest run test/plan
#
# Ends with 1 when the command fails at any moment.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

tomorrow=$(date -u -d tomorrow +%F)
moments=${MOMENTS:-"${tomorrow}T00:30:00Z ${tomorrow}T02:30:00Z ${tomorrow}T23:50:00Z 2028-02-29T12:00:00Z 2027-12-31T23:50:00Z"}
library=$(find /usr/lib -name libfaketimeMT.so.1 -print -quit)
if [ -z "$library" ]; then
  echo "libfaketimeMT.so.1 not found; install it with: apt-get install faketime" >&2
  exit 69
fi
[ $# -gt 0 ] || set -- npm test

failed=0
for moment in $moments; do
  # An offset, not a time: every process that the tests start then has the same clock.
  offset=$(($(date -u -d "$moment" +%s) - $(date +%s)))
  printf '\n== %s: %s\n' "$moment" "$*"
  if ! LD_PRELOAD=$library FAKETIME=$(printf '%+ds' "$offset") FAKETIME_DONT_FAKE_MONOTONIC=1 "$@"; then
    failed=1
    echo "failed at $moment" >&2
  fi
done
exit "$failed"
