#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills `hallmark mkfs exfat` at many moments, and fills the disk under it. Afterwards either the old image or the
# complete new one exists, and nothing else. Usage: kill_exfat.sh HALLMARK KILLS
set -eu

hallmark=$(realpath "$1")
kills=$2
. "$(dirname "$0")/killed_after.sh"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/hallmark-kill-exfat.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

mkdir old new out
echo old >old/file
for i in 1 2 3 4; do head -c 8000000 /dev/urandom >"new/$i"; done
make() { "$hallmark" mkfs exfat --from "$1" -o "$2" --size 40M; }
make old old.img
start=$(date +%s%N)
make new new.img
took=$((($(date +%s%N) - start) / 1000))

before=0 after=0 i=0
while kills_remain "$i" "$kills" "$after"; do
  i=$((i + 1))
  cp old.img out/image
  delay=$(awk -v i="$i" -v n="$kills" -v took="$took" 'BEGIN { printf "%.4f", 1.3 * took / 1e6 * i / n }')
  killed_after "$delay" "$hallmark" mkfs exfat --from new -o out/image --size 40M
  [ "$(ls -A out)" = image ] || fail "left behind: $(ls -A out)"
  if cmp -s out/image old.img; then before=$((before + 1)); elif cmp -s out/image new.img; then after=$((after + 1)); else
    fail "half an image"
  fi
done
echo "killed $i times: $before times the old image stayed, $after times the new one was there"
[ "$before" -gt 0 ] && [ "$after" -gt 0 ] || fail 'the kills did not reach from start to end'

unshare --user --map-root-user --mount sh -eu -c '
  mkdir small
  mount -t tmpfs -o size=24m none small
  cp --sparse=always old.img small/image
  if "$1" mkfs exfat --from new -o small/image --size 40M 2>err.txt; then
    echo "written to a full disk" >&2
    exit 1
  fi
  cat err.txt
  grep -q "No space left on device" err.txt
  grep -q "free some space" err.txt
  cmp small/image old.img
  [ "$(ls -A small)" = image ]
  mount -o remount,size=80m small
  "$1" mkfs exfat --from new -o small/image --size 40M
  cmp small/image new.img
' sh "$hallmark"
echo "kill_exfat: good"
