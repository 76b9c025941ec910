#!/bin/sh
# Checks the proof of one event, as `daybook prove` wrote it, without Daybook and without the archive:
#   check-proof.sh FILE.tlog-proof KEY.pem
# KEY.pem is the archive's public key, from its operator. Needs openssl 3.0, jq and GNU coreutils.
set -eu
proof=$1 key=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "NOT PROVED: $1" >&2; exit 1; }
hash() { sha256sum | cut -c 1-64; }
binary() { tr -d '\n' | tr a-f A-F | basenc --base16 -d; }
hexadecimal() { openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n'; }
part() { jq -j ".$1" "$dir/extra"; }

# Follows the hashes on standard input from leaf $1, number $2 of $3, to a root (RFC 9162, section 2.1.3.2).
root() {
  hash=$1 at=$2 last=$(($3 - 1))
  while read -r other; do
    [ "$last" -gt 0 ] || fail "a path is too long"
    other=$(printf %s "$other" | hexadecimal)
    if [ $((at % 2)) = 1 ] || [ "$at" = "$last" ]; then
      hash=$({ printf '\001'; printf %s "$other$hash" | binary; } | hash)
      while [ $((at % 2)) = 0 ] && [ "$at" != 0 ]; do at=$((at / 2)) last=$((last / 2)); done
    else
      hash=$({ printf '\001'; printf %s "$hash$other" | binary; } | hash)
    fi
    at=$((at / 2)) last=$((last / 2))
  done
  [ "$last" = 0 ] || fail "a path is too short"
  echo "$hash"
}

sed -n '2s/^extra //p' "$proof" | openssl base64 -d -A > "$dir/extra"
for name in line manifest entry; do part $name > "$dir/$name"; done
part manifest_signature | openssl base64 -d -A > "$dir/manifest.sig"
sed '1,/^$/d' "$proof" > "$dir/head"
head -n 3 "$dir/head" > "$dir/text"
sed -n '5s/.* //p' "$dir/head" | openssl base64 -d -A | tail -c 64 > "$dir/text.sig"
signed() { openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$1" -sigfile "$1.sig" > /dev/null || fail "signature of the $2"; }

signed "$dir/text" head
index=$(sed -n '3s/^index //p' "$proof")
leaf=$({ printf '\000'; cat "$dir/entry"; } | hash)
found=$(sed -n '4,/^$/p' "$proof" | sed '/^$/d' | root "$leaf" "$index" "$(sed -n 2p "$dir/text")")
[ "$found" = "$(sed -n 3p "$dir/text" | hexadecimal)" ] || fail "the entry is not in the ledger"
[ "$(jq -r '.type + " " + .manifest_sha256' "$dir/entry")" = "day-sealed $(hash < "$dir/manifest")" ] || fail "the entry seals another manifest"
signed "$dir/manifest" manifest
leaf=$({ printf '\000'; cat "$dir/line"; } | hash)
lines=$(jq '.completeness.distinct + .completeness.carried' "$dir/manifest")
found=$(jq -r '.line_path[]' "$dir/extra" | root "$leaf" "$(part line_index)" "$lines")
[ "$found" = "$(jq -r .lines_root "$dir/manifest")" ] || fail "the line is not in the day"
jq -r '"proved: an event of \(.day), revision \(.revision), tenant \(.tenant_id)"' "$dir/manifest"
sed -n '1,3p' "$dir/text"
cat "$dir/line"
echo
