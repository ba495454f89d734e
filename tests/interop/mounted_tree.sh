#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mounts the root partition of an image and compares it, by rsync, with the tree of packages that the build unpacked:
# content, owners, modes, times, extended attributes, access control lists, capabilities, hard links, devices. The only
# differences allowed are what the recipe adds and what does not belong in an image.
# Usage: mounted_tree.sh IMAGE PACKAGE_TREE EPOCH      (changes times in PACKAGE_TREE; requires root)
set -euo pipefail
image=$(realpath "$1")
tree=$(realpath "$2")
epoch=$3
fail() { echo "mounted_tree.sh: $*" >&2; exit 1; }

scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/hallmark-mounted.XXXXXX")
device=
finish() {
  umount "$scratch/root" 2>/dev/null || true
  [ -z "$device" ] || losetup -d "$device"
  rm -rf --one-file-system "$scratch"
}
trap finish EXIT
mkdir "$scratch/root"
device=$(losetup --find --show --read-only --offset 105906176 "$image")
mount -o ro,noload "$device" "$scratch/root"

# No time in an image is later than the release of its packages.
find "$tree" -newermt "@$epoch" -exec touch --no-dereference --date="@$epoch" {} +
rsync -naHAXc --numeric-ids --delete --itemize-changes "$tree/" "$scratch/root/" >"$scratch/differences"

# Directories with different content have a different time. '.' means "no transfer": only the time differs.
grep -vE '^\.d\.\.t\.{6} ' "$scratch/differences" | sed -E 's/^\*deleting +/+ /; s/^([^ ]{11}) /\1 /' >"$scratch/files" || true
expected='lost\+found/|'                                     # every ext4 has it
expected+='etc/(hostname|hosts|timezone|localtime|fstab|resolv\.conf)( -> .*)?|etc/default/(locale)?|'
expected+='etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|'
expected+='etc/systemd/.*|usr/lib/systemd/system/guestd\.service|'  # units of the recipe, and the network of the guest
expected+='usr/lib/os-release|usr/lib/hallmark/(guestd)?|'       # the name of the image, and the programs of the guest
expected+='(smol|smol/bin|sessions|mnt/\.virtiofs-root)/|'      # mount points
expected+='home/.*|'
expected+='var/(log|backups|cache/(apt|man|ldconfig|debconf)|lib/apt/lists)/.*|var/lib/dpkg/(status|diversions|statoverride|available)-old|tmp/.*|var/tmp/.*'
unexpected=$(grep -vE "^[^ ]+ +($expected)$" "$scratch/files" || true)
[ -z "$unexpected" ] || fail "the image has another tree:"$'\n'"$unexpected"
same=$(($(find "$tree" | wc -l) - $(wc -l <"$scratch/files")))
[ "$same" -gt 5000 ] || fail "only $same files are the same"
echo "mounted_tree: good: $same files are the same, $(wc -l <"$scratch/files") are the recipe's or go"
