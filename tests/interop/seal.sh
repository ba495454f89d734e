#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Checks a bundle's compressed image with zstd, and the output of restore and repair with cmp. Usage: seal.sh HALLMARK
# RECHECK
set -eu

hallmark=$1
recheck=$2
here=$(dirname "$(realpath "$0")")
. "$here/make_bundle.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
flip() { # FILE OFFSET
  byte=$(tail -c +$(($2 + 1)) "$1" | head -c 1 | od -An -tu1 | tr -d ' ')
  # shellcheck disable=SC2059
  printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
refused() { # FILE OFFSET VERDICT: the verdict on a flipped bit
  flip "$1" "$2"
  "$hallmark" verify bundle --trust trust.json --full >verdict.txt 2>&1 && fail "$1: a flipped bit at $2 passed"
  grep -q "^hallmark: $3" verdict.txt || fail "$1, $2: $(cat verdict.txt)"
  sh "$recheck" bundle trust.json >/dev/null && fail "$1: recheck.sh took a flipped bit at $2"
  flip "$1" "$2"
}

make_image image.img 11111111-1111-1111-1111-111111111111
# An incomplete last chunk, a long hole, and incompressible data.
truncate -s 30M image.img
head -c 3000000 /dev/urandom | dd of=image.img bs=1M seek=20 conv=notrunc status=none
truncate -s 33554432 image.img
sgdisk -e image.img >/dev/null

"$hallmark" keygen -o a.key --no-passphrase >/dev/null
"$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub --sign-with a.key -o trust.json
for level in 1 3 19; do
  for jobs in 1 2 5; do
    "$hallmark" pack -q image.img -o "b.$jobs" --name seal --level "$level" --jobs "$jobs" --frame-size 1M
  done
  cmp b.1/rootfs.img.zst b.2/rootfs.img.zst
  cmp b.1/rootfs.img.zst b.5/rootfs.img.zst
  zstd -q -t b.1/rootfs.img.zst
  zstd -q -dc b.1/rootfs.img.zst | cmp - image.img
  "$here/seekable.py" b.1/rootfs.img.zst image.img
  printf %s "$(sha1 b.1/rootfs.img.zst)" | cmp - b.1/.rootfs.img.zst.origin
  printf %s "$(sha1 image.img)" | cmp - b.1/.rootfs.img.origin
done

"$hallmark" pack -q image.img -o bundle --name seal --frame-size 1M
"$hallmark" sign -q bundle --key a.key --trust trust.json --sequence 1
(cd bundle && sha256sum -c --strict --quiet SHA256SUMS)
"$hallmark" restore -q bundle --trust trust.json
cmp bundle/rootfs.img image.img
[ "$(du -k bundle/rootfs.img | cut -f1)" -le 16384 ] || fail 'holes of the image were filled'
"$hallmark" verify -q bundle --trust trust.json --full
sh "$recheck" bundle trust.json

echo '== one flipped bit in each region'
size=$(wc -c <bundle/rootfs.img.zst)
refused bundle/rootfs.img 17000 'table: rootfs.img'
refused bundle/rootfs.img 1050000 'partition: rootfs.img'
refused bundle/rootfs.img 2100000 'chunk: rootfs.img: chunk 2 (bytes 2097152 to 3145727, partition 1 rootfs)'
refused bundle/rootfs.img 10485760 'chunk: rootfs.img: chunk 10 '
refused bundle/rootfs.img 33554000 'table: rootfs.img'
refused bundle/rootfs.img.zst 0 'chunk: rootfs.img.zst: frame 0 '
refused bundle/rootfs.img.zst $((size / 2)) 'chunk: rootfs.img.zst: frame '
refused bundle/rootfs.img.zst $((size - 1)) 'digest: rootfs.img.zst: the seek table '
refused bundle/rootfs.img.zst $((size - 100)) 'digest: rootfs.img.zst: the seek table '
refused bundle/rootfs.img.chunks 0 'digest: rootfs.img.chunks'
refused bundle/rootfs.img.chunks 100 'digest: rootfs.img.chunks'

echo '== repair'
for offset in 5 2100000 10485760 33554431; do flip bundle/rootfs.img "$offset"; done
"$hallmark" repair bundle --trust trust.json >out.txt
[ "$(wc -l <out.txt)" = 4 ] || fail "not four chunks: $(cat out.txt)"
cmp bundle/rootfs.img image.img
cp -r bundle copy
flip bundle/rootfs.img 5
flip bundle/rootfs.img.zst 20
truncate -s 20M bundle/rootfs.img
"$hallmark" repair -q bundle --trust trust.json && fail 'mended from a damaged frame'
"$hallmark" repair -q bundle --trust trust.json --from copy
cmp bundle/rootfs.img image.img
cmp bundle/rootfs.img.zst copy/rootfs.img.zst
"$hallmark" verify -q bundle --trust trust.json --full

echo '== without the compressed image'
rm bundle/rootfs.img
"$hallmark" restore -q bundle --trust trust.json --drop-compressed
[ ! -e bundle/rootfs.img.zst ] || fail 'rootfs.img.zst is still there'
"$hallmark" verify -q bundle --trust trust.json --full
sh "$recheck" bundle trust.json
