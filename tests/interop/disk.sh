#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks the output of `hallmark mkfs fat` with fsck.fat and mtools. Usage: disk.sh HALLMARK
set -euo pipefail
export LC_ALL=C.UTF-8  # mtools writes names in the encoding of the locale
hallmark=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "disk.sh: $*" >&2; exit 1; }

tree=$scratch/tree
mkdir -p "$tree/EFI/BOOT" "$tree/EFI/debian" "$tree/A directory with a long name/deeper" "$tree/empty"
head -c 3000001 /dev/urandom >"$tree/EFI/BOOT/BOOTAA64.EFI"
head -c 20000000 /dev/urandom >"$tree/vmlinuz"
echo 'set timeout=0' >"$tree/EFI/debian/grub.cfg"
: >"$tree/nothing"
echo x >"$tree/ünïcode.text"
for i in $(seq 200); do echo "$i" >"$tree/A directory with a long name/deeper/file number $i.text"; done
touch -d '1975-01-01 UTC' "$tree/nothing"

image=$scratch/image
"$hallmark" mkfs fat --from "$tree" -o "$image" --size 100M --label ESP
fsck.fat -n "$image" || fail "fsck.fat is not content"
mkdir "$scratch/out"
MTOOLS_SKIP_CHECK=1 mcopy -i "$image" -s -n :: "$scratch/out/" 2>/dev/null || mcopy -i "$image" -s -n ::/ "$scratch/out/"
diff -r "$tree" "$scratch/out" || fail "mtools reads something else"
[ "$(mlabel -i "$image" -s :: | sed 's/.*is //; s/ .*//')" = ESP ] || fail "label"
"$hallmark" mkfs fat --from "$tree" -o "$image.again" --size 100M --label ESP
cmp "$image" "$image.again" || fail "two runs differ"

# The message names what FAT can't hold.
refused() { # NAME TEXT: makes a tree that contains NAME
  rm -rf "$scratch/bad" && mkdir "$scratch/bad" && : >"$scratch/bad/$1"
  [ -z "${3:-}" ] || : >"$scratch/bad/$3"
  if "$hallmark" mkfs fat --from "$scratch/bad" -o "$scratch/no" --size 100M 2>"$scratch/error"; then fail "took '$1'"; fi
  grep -qF "$2" "$scratch/error" || fail "said of '$1': $(cat "$scratch/error")"
  [ ! -e "$scratch/no" ] || fail "half a filesystem is left"
}
refused 'a:b' "FAT can't hold a file named 'a:b'"
refused 'dot.' "FAT can't hold a file named 'dot.'"
refused 'Name' 'differ in capitals only' 'name'
if "$hallmark" mkfs fat --from "$tree" -o "$scratch/no2" --size 20M 2>"$scratch/error"; then fail "FAT32 of 20M"; fi
grep -q 'a FAT32 filesystem of 20 MiB' "$scratch/error" || fail "$(cat "$scratch/error")"
echo "fat: good"
