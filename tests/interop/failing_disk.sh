#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tests a disk whose writes fail after they went into the page cache, like a thin volume that is full: `restore` and
# `repair` fail, and once the disk works again, the next run rewrites what never reached it. Requires root, for a loop
# device.
# Usage: failing_disk.sh HALLMARK
set -eu

hallmark=$1
. "$(dirname "$0")/make_bundle.sh"
[ "$(id -u)" = 0 ] || { echo 'failing_disk: needs root' >&2; exit 77; }
if [ "${2:-}" != inside ]; then exec unshare --mount "$0" "$hallmark" inside; fi
work=$(mktemp -d)
cd "$work"
device=
undo() {
  set +e
  cd /
  umount "$work/disk"
  [ -z "$device" ] || losetup -d "$device"
  umount "$work/thin"
  rm -rf "$work"
}
trap undo EXIT
trap 'exit 1' HUP INT TERM
mkdir thin disk

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

make_image image.img 11111111-1111-1111-1111-111111111111
truncate -s 160M image.img
openssl enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv 00 -in /dev/zero 2>/dev/null | head -c 150M |
  dd of=image.img bs=1M seek=4 conv=notrunc iflag=fullblock status=none
sgdisk -e image.img >/dev/null
"$hallmark" keygen -o a.key --no-passphrase >/dev/null
"$hallmark" trust init --bundle-key a.key.pub --smol-key a.key.pub --sign-with a.key -o trust.json >/dev/null
"$hallmark" pack -q image.img -o bundle --name thin --level 1
"$hallmark" sign -q bundle --key a.key --trust trust.json --sequence 1

# The loop device claims 600 MiB, but there is only room for the compressed image and a little more.
mount -t tmpfs -o size=220M none thin
truncate -s 600M thin/disk
device=$(losetup --find --show thin/disk)
mkfs.ext4 -q -O ^has_journal -E nodiscard -N 64 "$device"
mount "$device" disk
cp -r bundle disk/bundle
sync
for verb in restore repair; do
  echo "== $verb"
  rm -f disk/bundle/rootfs.img disk/bundle/.rootfs.img.partial
  [ $verb = restore ] || truncate -s 160M disk/bundle/rootfs.img
  sync
  fstrim disk
  mount -o remount,size=220M thin
  if "$hallmark" $verb -q disk/bundle --trust trust.json 2>err.txt; then fail "$verb succeeds on a disk that fails"; fi
  cat err.txt
  mount -o remount,size=600M thin
  "$hallmark" $verb -q disk/bundle --trust trust.json
  umount disk
  mount "$device" disk
  cmp disk/bundle/rootfs.img image.img
done

echo '== repair of frames'
rm disk/bundle/rootfs.img
truncate -s 0 disk/bundle/rootfs.img.zst
truncate -s "$(stat -c %s bundle/rootfs.img.zst)" disk/bundle/rootfs.img.zst
sync
fstrim disk
mount -o remount,size=100M thin
if "$hallmark" repair -q disk/bundle --trust trust.json --from bundle 2>err.txt; then fail 'repaired on a disk that fails'; fi
cat err.txt
mount -o remount,size=600M thin
"$hallmark" repair -q disk/bundle --trust trust.json --from bundle
umount disk
mount "$device" disk
cmp disk/bundle/rootfs.img.zst bundle/rootfs.img.zst
