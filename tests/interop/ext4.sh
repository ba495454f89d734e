#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks the output of `hallmark mkfs ext4` with e2fsck, debugfs and the kernel: every type of file comes back
# unchanged.
# Usage: ext4.sh HALLMARK
set -euo pipefail
hallmark=$1
scratch=$(mktemp -d)
mounted=
finish() {
  [ -z "$mounted" ] || umount "$mounted"
  rm -rf "$scratch"
}
trap finish EXIT
fail() { echo "ext4.sh: $*" >&2; exit 1; }

tree=$scratch/tree
mkdir "$tree"
cd "$tree"

# Sizes around a block and an extent; holes at the front, in the middle and at the end; a file past 4 GiB.
for size in 0 1 4095 4096 4097 1048576; do head -c "$size" /dev/urandom >"size-$size"; done
truncate -s 10M hole
printf x | dd of=sparse bs=1 seek=5000000 status=none
truncate -s 9000000 sparse
printf end | dd of=past-4GiB bs=1 seek=4300000000 status=none
# 700 extents, which make an extent tree of two levels.
python3 - <<'PYTHON'
with open("fragments", "wb") as file:
    for i in range(700):
        file.seek(i * 16384)
        file.write(b"%4096d" % i)
PYTHON
# Names.
touch -- "$(printf 'n%.0s' $(seq 255))" "with space" "with
newline" $'\xff\xfe-not-utf8' 'quote"s' '-dash' 'ünïcode'
# Links.
ln size-1 hard-1; ln size-1 hard-2
ln -s size-1 short-link
ln -s "$(printf 't%.0s' $(seq 59))" link-59
ln -s "$(printf 't%.0s' $(seq 60))" link-60
ln -s "$(printf 't%.0s' $(seq 4000))" link-4000
# Modes, owners, times before 1970 and after 2038, with nanoseconds.
mkdir -m 1777 sticky; mkdir -m 2755 set-gid; touch set-uid; chmod 4755 set-uid
touch -d '1969-12-31 23:59:58.123456789 UTC' old
touch -d '2100-01-02 03:04:05.987654321 UTC' new
mkfifo fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
# Directories: empty; one block nearly full; a hash tree of one level; one of two levels.
mkdir empty few many deep
for i in $(seq 60); do : >"few/$i-$(printf 'f%.0s' $(seq 50))"; done
(cd many && seq -f 'file-%05g' 18000 | xargs touch)
python3 - <<'PYTHON'
import os
name = "x" * 240
for i in range(9000):
    os.close(os.open(f"deep/{i:05d}-{name}", os.O_CREAT | os.O_WRONLY))
PYTHON
mkdir -p nested/a/b/c/d/e/f/g
# Extended attributes: in the inode; in a block of their own; in a block shared by two files.
setfattr -n user.small -v value size-1
for i in $(seq 10); do setfattr -n "user.large-$i" -v "$(printf 'v%.0s' $(seq 200))" size-4095 size-4096; done
setfattr -n user.empty size-0
setfacl -m u:1234:r-x,g:4321:rw- size-4097
setfacl -d -m u:1234:rwx empty
if [ "$(id -u)" = 0 ]; then
  chown 12345:54321 size-4096
  chown 70000:4000000000 size-4097
  setcap cap_net_raw+ep set-uid
  setfattr -n trusted.hidden -v secret old
  mknod null c 1 3
  mknod large-minor b 259 300000
fi

image=$scratch/image
"$hallmark" mkfs ext4 --from "$tree" -o "$image" --label judged --time 1700000000
e2fsck -fn "$image" || fail "e2fsck is not content"
cp "$image" "$image.once"
"$hallmark" mkfs ext4 --from "$tree" -o "$image" --label judged --time 1700000000
cmp "$image" "$image.once" || fail "two runs differ"

# The hash tree over it, read by veritysetup.
"$hallmark" mkfs ext4 --from "$tree" -o "$scratch/hashed" --label judged --time 1700000000 --verity "$scratch/hashes" >"$scratch/said"
cmp "$image" "$scratch/hashed" || fail "a hash tree changes the filesystem"
root_hash=$(sed -n 's/^root hash //p' "$scratch/said")
veritysetup verify "$scratch/hashed" "$scratch/hashes" "$root_hash" || fail "veritysetup is not content"
printf x | dd of="$scratch/hashed" bs=1 seek=100000 conv=notrunc status=none
if veritysetup verify "$scratch/hashed" "$scratch/hashes" "$root_hash" 2>/dev/null; then fail "a changed byte goes unseen"; fi
rm "$scratch/hashed"
# No output may be a file of the tree or the other output. If one output fails, nothing is left of either.
refused() { # WHAT TEXT OPTION...
  if "$hallmark" mkfs ext4 --from "$tree" "${@:3}" 2>"$scratch/error"; then fail "took $1"; fi
  grep -q "$2" "$scratch/error" || fail "$1: $(cat "$scratch/error")"
}
before=$(sha256sum size-4096)
refused 'a source file for the hash tree' 'is one of the files that go into it' -o "$scratch/no" --verity "$tree/size-4096"
refused 'one file for both' 'name one file' -o "$scratch/no" --verity "$scratch/./no"
ln -s . "$scratch/same"
refused 'one file by way of a link' 'name one file' -o "$scratch/no" --verity "$scratch/same/no"
(cd "$scratch" && refused 'one file, relative' 'name one file' -o no --verity ./no)
(cd "$scratch" && refused 'one file, relative and absolute' 'name one file' -o "$scratch/no" --verity no)
refused 'no name' 'an empty name: does not name a file to write' -o "$scratch/no" --verity ''
refused 'a missing directory' 'No such file' -o "$scratch/no" --verity "$scratch/missing/hashes"
[ "$before" = "$(sha256sum size-4096)" ] && [ ! -e "$scratch/no" ] || fail 'an output that was refused is there'

# debugfs: the directories' hash trees are as e2fsprogs would have made them.
debugfs -R 'htree_dump /many' "$image" 2>/dev/null | grep -q 'Indirect levels: 0' || fail "many has no hash tree"
debugfs -R 'htree_dump /deep' "$image" 2>/dev/null | grep -q 'Indirect levels: 1' || fail "deep has no tree of two levels"
debugfs -R 'ex /fragments' "$image" 2>/dev/null | grep -q '^ 1/ 1' || fail "fragments has no extent tree"
[ "$(dumpe2fs -h "$image" 2>/dev/null | sed -n 's/^Filesystem volume name: *//p')" = judged ] || fail "label"

# The kernel: every byte is the same.
if [ "$(id -u)" = 0 ]; then
  mkdir "$scratch/mount"
  mount -o loop,ro,noload "$image" "$scratch/mount"
  mounted=$scratch/mount
  differences=$(rsync -naHAXci --numeric-ids --devices --specials --delete --exclude /lost+found "$tree/" "$mounted/")
  [ -z "$differences" ] || fail "the mounted tree differs: $differences"
  list() { (cd "$1" && find . -path ./lost+found -prune -o -printf '%p %y %m %U %G %n %s %T@ %l\n' | sort); }
  # The size of a directory depends on the filesystem, and so does the link count of a root with lost+found.
  plain() { sed -E '/^\. d/d; s/^(.* d [0-7]+ [0-9]+ [0-9]+ [0-9]+) [0-9]+/\1/'; }
  diff <(list "$tree" | plain) <(list "$mounted" | plain) || fail "metadata differ"
  [ "$(stat -c %b "$mounted/hole")" = 0 ] || fail "a hole takes space"
else
  mkdir "$scratch/dump"
  debugfs -R "rdump / $scratch/dump" "$image" 2>/dev/null
  for file in size-4097 sparse fragments many/file-17999; do
    cmp "$tree/$file" "$scratch/dump/$file" || fail "$file differs"
  done
fi

# If the filesystem is too small, the message says by how much, and nothing is left behind.
if "$hallmark" mkfs ext4 --from "$tree" -o "$scratch/small" --size 4M 2>"$scratch/error"; then fail "it fits into 4M?"; fi
grep -Eq "too (small|few)|do not fit" "$scratch/error" || fail "no word of how much is missing: $(cat "$scratch/error")"
[ ! -e "$scratch/small" ] || fail "half a filesystem is left"
echo "ext4: good"
