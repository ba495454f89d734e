#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills `hallmark pack` at many moments while it replaces a bundle, and fills the disk under it. Afterwards either the
# old or the new bundle is complete, and the next run succeeds. Usage: kill_pack.sh HALLMARK KILLS
set -eu

hallmark=$1
kills=$2
. "$(dirname "$0")/killed_after.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
version() { sed -n 's/^    "version": "\(.*\)",$/\1/p' bundle/manifest.json; }
pack() { "$hallmark" pack -q image.img -o bundle --name kill --frame-size 256K --image-version "$1"; }

seq 3000000 | head -c 16M >image.img
truncate -s 32M image.img
pack 0
start=$(date +%s%N)
pack 0
took=$((($(date +%s%N) - start) / 1000))

old=0 new=0 i=0
while kills_remain "$i" "$kills" "$new"; do
  before=$(version)
  i=$((i + 1))
  delay=$(awk -v i="$i" -v n="$kills" -v took="$took" 'BEGIN { printf "%.4f", 1.3 * took / 1e6 * i / n }')
  killed_after "$delay" "$hallmark" pack -q image.img -o bundle --name kill --frame-size 256K --image-version "$i"
  case $(version) in
    "$before") old=$((old + 1)) ;;
    "$i") new=$((new + 1)) ;;
    *) fail "neither version $before nor $i: $(version)" ;;
  esac
  (cd bundle && sha256sum -c --strict --quiet SHA256SUMS) || fail "a bundle that is not whole after kill $i"
done
pack last
[ "$(version)" = last ] || fail 'the next run did not succeed'
echo "killed $i times: $old old, $new new"
[ "$old" -gt 0 ] && [ "$new" -gt 0 ] || fail 'the kills did not reach from start to end'

echo '== a full disk'
head -c 12M /dev/urandom >image.img
unshare --user --map-root-user --mount sh -eu -c '
  mkdir small
  mount -t tmpfs -o size=8m none small
  if "$1" pack -q image.img -o small/bundle --name full 2>err.txt; then
    echo "packed on a full disk" >&2
    exit 1
  fi
  cat err.txt
  grep -q "No space left" err.txt
  [ -z "$(ls -A small)" ]
  mount -o remount,size=64m small
  "$1" pack -q image.img -o small/bundle --name full
  cd small/bundle
  sha256sum -c --strict --quiet SHA256SUMS
' sh "$hallmark"
