#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds a real image from this machine's apt sources, and checks it with stock tools. Then builds it again from other
# directories, in another time zone, with another umask and one thread: all bytes must be the same.
# Usage: build.sh HALLMARK RECIPE CACHE
# CACHE is kept, for tests that require packages.
set -euo pipefail
hallmark=$(realpath "$1")
recipe=$(realpath "$2")
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/hallmark-build.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
fail() { echo "build.sh: $*" >&2; exit 1; }
mkdir -p "$3"
export HALLMARK_CACHE=$(realpath "$3")

"$hallmark" lock "$recipe" -q --update
"$hallmark" build "$recipe" -o "$scratch/out"
image=$scratch/out/rootfs.img

sfdisk --verify "$image" || fail "sfdisk is not content"
sgdisk -v "$image" | grep -q 'No problems found' || fail "sgdisk is not content"
start() { sgdisk -i "$1" "$image" | sed -n 's/^First sector: \([0-9]*\).*/\1/p'; }
sectors() { sgdisk -i "$1" "$image" | sed -n 's/^Partition size: \([0-9]*\).*/\1/p'; }
part() { dd if="$image" of="$2" bs=1M iflag=skip_bytes,count_bytes skip=$(($(start "$1") * 512)) count=$(($(sectors "$1") * 512)) conv=sparse status=none; }
[ "$(($(start 1) * 512))" = 105906176 ] || fail "the root partition starts elsewhere"
part 15 "$scratch/esp"; part 1 "$scratch/root"; part 2 "$scratch/tree"
fsck.fat -n "$scratch/esp" || fail "fsck.fat is not content"
e2fsck -fn "$scratch/root" || fail "e2fsck is not content"
root_hash=$(jq -r .predicate.verity.rootHash "$scratch/out/manifest.json")
mtype -i "$scratch/esp" ::/EFI/debian/grub.cfg | grep -q "roothash=$root_hash" || fail "grub.cfg has another root hash"
veritysetup verify "$scratch/root" "$scratch/tree" "$root_hash" || fail "veritysetup is not content"
for name in vmlinuz initrd.img; do
  mcopy -n -i "$scratch/esp" "::/$name" "$scratch/$name" && cmp "$scratch/$name" "$scratch/out/$name" || fail "$name differs"
done
[ "$(debugfs -R 'stat /etc/machine-id' "$scratch/root" 2>/dev/null | sed -n 's/.*Size: \([0-9]*\).*/\1/p' | head -n 1)" = 0 ] ||
  fail "machine-id is not empty"
debugfs -R 'cat /usr/lib/os-release' "$scratch/root" 2>/dev/null | grep -qx "IMAGE_ID=\"$(basename "$recipe")\"" ||
  fail "os-release does not name the image"
debugfs -R 'stat /etc/resolv.conf' "$scratch/root" 2>/dev/null |
  grep -q 'Fast link dest: "../run/systemd/resolve/stub-resolv.conf"' || fail "no name server is asked in the guest"
debugfs -R 'stat /usr/lib/systemd/systemd-resolved' "$scratch/root" 2>/dev/null | grep -q 'Type: regular' ||
  fail "nothing finds the name servers of the guest's network"
debugfs -R 'ls /etc/ssh' "$scratch/root" 2>/dev/null | grep -q ssh_host_ && fail "a host key is in the image"
rm "$scratch/root" "$scratch/tree" "$scratch/esp"

"$hallmark" kernel-config check "$scratch/out" || fail "the image's kernel is not fit"
zstd -dq --sparse "$scratch/out/sessiondata.img.zst" -o "$scratch/sessions" || fail "the session disk is not zstd"
e2fsck -fn "$scratch/sessions" || fail "e2fsck is not content with the session disk"
dumpe2fs -h "$scratch/sessions" 2>/dev/null >"$scratch/sessions.txt"
grep -q '^Filesystem volume name: *sessions$' "$scratch/sessions.txt" || fail "the session disk has another label"
grep -q '^Filesystem features:.*has_journal' "$scratch/sessions.txt" || fail "the session disk has no journal"
[ "$(stat -c %s "$scratch/sessions")" = $((8 << 30)) ] || fail "the session disk has another size than the recipe says"
rm "$scratch/sessions"

(cd "$scratch/out" && sha256sum -c --strict --quiet SHA256SUMS) || fail "SHA256SUMS"
zstd -t -q "$scratch/out/rootfs.img.zst" || fail "zstd is not content"
zstd -dc "$scratch/out/rootfs.img.zst" | cmp - "$image" || fail "the .zst holds another image"

# The second build: in a very different environment, and only from the cache.
mkdir "$scratch/other cache, with a comma"
cp -a "$HALLMARK_CACHE/blobs" "$HALLMARK_CACHE/locks" "$scratch/other cache, with a comma/"
cp -r "$(dirname "$recipe")" "$scratch/recipes"
(
  umask 077
  cd "$scratch"
  TZ=Pacific/Chatham LC_ALL=C HALLMARK_CACHE="$scratch/other cache, with a comma" \
    "$hallmark" build "recipes/$(basename "$recipe")" -o again --offline -j 1 -q --check-against out
)
cmp "$image" "$scratch/again/rootfs.img" || fail "two builds differ"
diff -r "$scratch/out" "$scratch/again" || fail "two bundles differ"
"$hallmark" inspect "$scratch/out" --json | jq -e --arg hash "$root_hash" \
  '.verity.rootHash == $hash and (.packages | length) > 100 and (.kernels | map(.version) | unique | length) == 1' \
  >/dev/null || fail "inspect tells something else"
# Mounting requires root; and if another user builds, the tree has that user's subordinate ids.
if [ "$(id -u)" = 0 ]; then
  epoch=$(sed -n 's/^source_date_epoch = //p' "$HALLMARK_CACHE/locks/$(basename "$recipe").lock")
  "$(dirname "$(realpath "$0")")/mounted_tree.sh" "$image" "$scratch/other cache, with a comma"/stages/*/ "$epoch"
fi
[ -z "$(ls "$HALLMARK_CACHE/work")" ] || fail "scratch directories are left"
grep -q hallmark-build /proc/self/mounts && fail "mounts are left"
echo "build: good"
