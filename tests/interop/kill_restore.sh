#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Kills `hallmark restore` and `hallmark repair` at many moments, and fills the disk under them. Afterwards rootfs.img
# does not exist or is complete, and the next run completes it without repeating finished work.
# Usage: kill_restore.sh HALLMARK KILLS
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
number() { sed -n "s/^ *\"$2\": \([0-9]*\),\{0,1\}\$/\1/p" "$1"; }

make_image image.img 11111111-1111-1111-1111-111111111111
truncate -s 64M image.img
seq 9000000 | head -c 50000000 | dd of=image.img bs=1M seek=4 conv=notrunc status=none
sgdisk -e image.img >/dev/null
"$hallmark" keygen -o a.key --no-passphrase >/dev/null
"$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub --sign-with a.key -o trust.json
"$hallmark" pack -q image.img -o bundle --name kill --frame-size 64K
"$hallmark" sign -q bundle --key a.key --trust trust.json --sequence 1
data=$("$hallmark" restore -q bundle --trust trust.json --json >whole.json && number whole.json made)
start=$(date +%s%N)
rm bundle/rootfs.img
"$hallmark" restore -q bundle --trust trust.json
took=$((($(date +%s%N) - start) / 1000))

echo '== restore'
begun=0 whole=0 i=0
while kills_remain "$i" "$kills" "$whole"; do
  i=$((i + 1))
  rm -f bundle/rootfs.img
  delay=$(awk -v i="$i" -v n="$kills" -v took="$took" 'BEGIN { printf "%.4f", 1.2 * took / 1e6 * i / n }')
  killed_after "$delay" "$hallmark" restore -q bundle --trust trust.json --jobs 2
  if [ -e bundle/rootfs.img ]; then
    whole=$((whole + 1))
    cmp bundle/rootfs.img image.img
    continue
  fi
  done_before=0
  if [ -e bundle/.rootfs.img.partial ]; then
    begun=$((begun + 1))
    done_before=$(du -B1 bundle/.rootfs.img.partial | cut -f1)
  fi
  "$hallmark" restore -q bundle --trust trust.json --json >again.json
  cmp bundle/rootfs.img image.img
  # What was written is kept, except one frame per thread.
  [ $(($(number again.json kept) + 2 * 65536)) -ge "$done_before" ] || fail "$done_before done: $(cat again.json)"
  [ $(($(number again.json kept) + $(number again.json made))) = "$data" ] || fail "$data: $(cat again.json)"
done
echo "killed $i times: $begun gone on with, $whole whole"
[ "$begun" -gt 0 ] && [ "$whole" -gt 0 ] || fail 'the kills did not reach from start to end'

echo '== repair'
i=0
while [ "$i" -lt "$kills" ]; do
  i=$((i + 1))
  dd if=/dev/urandom of=bundle/rootfs.img bs=1M seek=8 count=16 conv=notrunc status=none
  delay=$(awk -v i="$i" -v n="$kills" -v took="$took" 'BEGIN { printf "%.4f", took / 1e6 * i / n }')
  killed_after "$delay" "$hallmark" repair -q bundle --trust trust.json
  "$hallmark" repair -q bundle --trust trust.json
  cmp bundle/rootfs.img image.img
done

echo '== a full disk'
unshare --user --map-root-user --mount sh -eu -c '
  mkdir small
  mount -t tmpfs -o size=24m none small
  rm bundle/rootfs.img
  cp -r bundle small/bundle
  if "$1" restore -q small/bundle --trust trust.json 2>err.txt; then
    echo "restored on a full disk" >&2
    exit 1
  fi
  cat err.txt
  grep -q "and the disk has" err.txt
  [ ! -e small/bundle/rootfs.img ]
  mount -o remount,size=200m small
  "$1" restore -q small/bundle --trust trust.json
  cmp small/bundle/rootfs.img image.img

  # A hole in place of data: repairing it requires space.
  fallocate --punch-hole --offset 8M --length 16M small/bundle/rootfs.img
  dd if=/dev/zero of=small/filler bs=4k 2>/dev/null || true
  if "$1" repair -q small/bundle --trust trust.json 2>err.txt; then
    echo "repaired on a full disk" >&2
    exit 1
  fi
  cat err.txt
  grep -q "No space left" err.txt
  grep -q "^  free some space" err.txt
  rm small/filler
  "$1" repair -q small/bundle --trust trust.json
  cmp small/bundle/rootfs.img image.img
' sh "$hallmark"
