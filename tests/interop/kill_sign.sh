#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills `hallmark sign` at many moments, and fills the disk under it. Afterwards the bundle is the old release, or the
# new one, or it was caught between the two renames; then it is refused, and the next run completes it.
# Usage: kill_sign.sh HALLMARK KILLS
set -eu

hallmark=$1
kills=$2
. "$(dirname "$0")/make_bundle.sh"
. "$(dirname "$0")/killed_after.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
verdict() { "$hallmark" verify bundle --trust trust.json --full 2>&1; }

"$hallmark" keygen -o a.key --no-passphrase >/dev/null
"$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub --sign-with a.key -o trust.json
make_bundle bundle
"$hallmark" sign -q bundle --key a.key --trust trust.json --sequence 1
start=$(date +%s%N)
"$hallmark" sign -q bundle --key a.key --trust trust.json --sequence 1
took=$((($(date +%s%N) - start) / 1000))

old=0 new=0 between=0
sequence=1
while kills_remain $((old + new + between)) "$kills" "$new"; do
  next=$((sequence + 1))
  # The delays go from before its first step to after its last, also while other tests run.
  delay=$(awk -v i=$((old + new + between)) -v n="$kills" -v took="$took" 'BEGIN { printf "%.4f", 2 * took / 1e6 * i / n }')
  killed_after "$delay" "$hallmark" sign -q bundle --key a.key --trust trust.json --sequence "$next"
  if text=$(verdict); then
    case $text in
      *"sequence $sequence: good"*) old=$((old + 1)) ;;
      *"sequence $next: good"*) new=$((new + 1)) ;;
      *) fail "neither old nor new: $text" ;;
    esac
  else
    between=$((between + 1))
  fi
  "$hallmark" sign -q bundle --key a.key --trust trust.json --sequence "$next"
  verdict | grep -q "sequence $next: good" || fail "the next run did not complete it: $(verdict || true)"
  sequence=$next
done
echo "killed $((old + new + between)) times: $old old, $new new, $between completed by the next run"
[ "$old" -gt 0 ] && [ "$new" -gt 0 ] || fail 'the kills did not reach from start to end'

echo "== a full disk"
unshare --user --map-root-user --mount sh -eu -c '
  mkdir small
  mount -t tmpfs -o size=8m none small
  cp -r bundle small/bundle
  dd if=/dev/zero of=small/filler bs=4k 2>/dev/null || true
  if "$1" sign -q small/bundle --key a.key --trust trust.json --sequence "$2" 2>err.txt; then
    echo "signed on a full disk" >&2
    exit 1
  fi
  cat err.txt
  grep -q "No space left" err.txt
  "$1" verify small/bundle --trust trust.json --full
  rm small/filler
  "$1" sign -q small/bundle --key a.key --trust trust.json --sequence "$2"
  "$1" verify small/bundle --trust trust.json --full | grep "sequence $2: good"
' sh "$hallmark" $((sequence + 1))
