#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks the output of `hallmark mkfs exfat` with fsck.exfat and, as root, with exfat-fuse; and our reader on the output
# of mkfs.exfat and exfat-fuse. Usage: exfat.sh HALLMARK EXFAT_TOOL
set -euo pipefail
hallmark=$(realpath "$1")
tool=$(realpath "$2")
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/hallmark-exfat.XXXXXX")
device=
finish() {
  ! mountpoint -q "$scratch/mount" || umount "$scratch/mount"
  [ -z "$device" ] || losetup -d "$device"
  rm -rf "$scratch"
}
trap finish EXIT
fail() { echo "exfat.sh: $*" >&2; exit 1; }
mkdir "$scratch/mount"

# exfat-fuse takes only block devices. mounted IMAGE OPTIONS COMMAND...: runs the command with the image at
# $scratch/mount.
mounted() {
  local image=$1 options=$2
  shift 2
  device=$(losetup -f --show "$image")
  mount.exfat-fuse -o "$options" "$device" "$scratch/mount" 2>"$scratch/log" >&2 || fail "$(cat "$scratch/log")"
  "$@"
  umount "$scratch/mount"
  # The driver continues to write after umount; once the device can be locked exclusively, the driver is done.
  flock --exclusive "$device" true
  losetup -d "$device"
  while losetup -n "$device" 2>/dev/null | grep -q "$image"; do sleep 0.1; done
  device=
}
# Paths, types, sizes and times of everything in a directory. exFAT stores no size of a directory that others would
# show.
list() { (cd "$1" && find . -mindepth 1 \( -type d -printf '/%P d 0 %Ts\n' -o -printf '/%P f %s %Ts\n' \) | sort); }
same_as_mounted() { # TREE
  diff -r "$1" "$scratch/mount" || fail "exfat-fuse reads something else"
  diff <(list "$1") <(list "$scratch/mount") || fail "exfat-fuse sees other names, sizes or times"
}
read_by_us() { # TREE IMAGE
  rm -rf "$scratch/out" && mkdir "$scratch/out"
  "$tool" extract "$2" "$scratch/out"
  diff -r "$1" "$scratch/out" || fail "our reader reads something else of $2"
  diff <(list "$1") <("$tool" list "$2" | sed 's/ chained$//' | sort) || fail "our reader sees other names, sizes or times of $2"
}

# Trees: an empty one; one file; 5,000 empty files, which 4 MB can hold; 5,000 files with content; names and times of
# all sorts. exFAT can hold every name here.
mkdir "$scratch/empty" "$scratch/one" "$scratch/names" "$scratch/many" "$scratch/mixed"
head -c 1000003 /dev/urandom >"$scratch/one/file"
python3 - "$scratch" <<'PYTHON'
import os, sys
top = sys.argv[1]
for number in range(5000):
    open(f"{top}/names/{number:04}-{'x' * (number % 30)}", "w").close()
    with open(f"{top}/many/{'a long name of which there are some, ' * (number % 6)}{number:04} \U0001d4b3\U0001f600", "wb") as file:
        file.write(b"%d\n" % number * (number % 2000))
mixed = top + "/mixed/"
for units in range(1, 256):
    open(mixed + "n" * units, "w").close()
os.mkdir(mixed + "directory")
open(mixed + "directory/" + "\U0001f600" * 60 + "x" * 15, "w").close()
for name in ["\u00fcn\u00efcode", "\u4f60\u597d", ".hidden", "a.b.c", " leading", "[]{}!#$%&'()+,;=@^_`~-", "\u00e9", "\u0065\u0301",
             "\ufb01", "\u0130", "\u0131", "\u017f", "\u00df"]:
    with open(mixed + "directory/" + name, "w") as file:
        file.write(name * 3000)
os.makedirs(mixed + "/".join("deep" for _ in range(60)))
# Up to 2099, because exfat-fuse takes 2100 for a leap year.
for number, (seconds, hundredths) in enumerate([(315532800, 0), (315532801, 99), (1709208059, 50), (1800000000, 0),
                                                (4102444799, 99)]):
    open(f"{mixed}time-{number}", "w").close()
    os.utime(f"{mixed}time-{number}", ns=(0, seconds * 10**9 + hundredths * 10**7))
PYTHON

fits() { # TREE SIZE
  local image=$scratch/image
  "$hallmark" mkfs exfat --from "$scratch/$1" -o "$image" --size "$2" --label "$1"
  fsck.exfat -n "$image" >"$scratch/log" 2>&1 || fail "fsck.exfat on $1 in $2: $(cat "$scratch/log")"
  grep -q ': clean\.' "$scratch/log" || fail "fsck.exfat on $1 in $2: $(cat "$scratch/log")"
  "$tool" canonical "$image" || fail "we would have written $1 in $2 otherwise"
  [ "$(exfatlabel "$image" | sed -n 's/^label: //p')" = "$1" ] || fail "the label is $(exfatlabel "$image")"
}
for size in 4M 10M 64M 2G; do
  for tree in empty one names mixed; do fits "$tree" "$size"; done
done
for size in 64M 2G; do fits many "$size"; done
echo "sizes: good"

# Full to the last cluster; one byte more does not fit.
for size in 4M 10M 64M 2G; do
  "$hallmark" mkfs exfat --from "$scratch/empty" -o "$scratch/image" --size "$size" --label full
  dump.exfat "$scratch/image" >"$scratch/log"
  number() { sed -n "s/^$1: *//p" "$scratch/log"; }
  rm -rf "$scratch/full" && mkdir "$scratch/full"
  truncate -s $(($(number 'Free Clusters') * $(number 'Cluster size'))) "$scratch/full/file"
  printf x | dd of="$scratch/full/file" bs=1 seek=1234567 conv=notrunc status=none
  fits full "$size"
  dump.exfat "$scratch/image" | grep -q '^Free Clusters:[[:space:]]*0$' || fail "the full image of $size is not full"
  printf x >>"$scratch/full/file"
  if "$hallmark" mkfs exfat --from "$scratch/full" -o "$scratch/no" --size "$size" 2>"$scratch/log"; then fail "$size holds more"; fi
  grep -Eq "too small: (4.0|32) KiB are missing" "$scratch/log" || fail "how much? $(cat "$scratch/log")"
  [ ! -e "$scratch/no" ] || fail "half a filesystem is left"
done
rm -rf "$scratch/full"
echo "full: good"

# The image does not depend on where it is built: another directory, user, time zone, umask, locale.
make() { "$hallmark" mkfs exfat --from "$1" -o "$2" --size 64M --label same --serial 1A2B-3C4D; }
cp -a "$scratch/many" "$scratch/other directory"
make "$scratch/many" "$scratch/first"
(umask 077 && cd / && TZ=Pacific/Chatham LC_ALL=C make "$scratch/other directory" "$scratch/second")
cmp "$scratch/first" "$scratch/second" || fail "two runs differ"
if [ "$(id -u)" = 0 ]; then
  mkdir -m 1777 "$scratch/public" && chmod 755 "$scratch"
  setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$hallmark" mkfs exfat --from "$scratch/many" -o "$scratch/public/third" --size 64M --label same --serial 1a2b3c4d
  cmp "$scratch/first" "$scratch/public/third" || fail "another user makes another image"
fi
dump.exfat "$scratch/first" | grep -qi 'Volume Serial:.*0x1a2b3c4d' || fail "serial"
[ "$("$hallmark" mkfs exfat --from "$scratch/one" -o "$scratch/default" && stat -c %s "$scratch/default")" = 10485760 ] ||
  fail "the default size"
echo "determinism: good"

# exfat-fuse returns every byte, name and time, in every time zone; and our reader returns the same.
if [ "$(id -u)" = 0 ]; then
  for tree in one mixed many; do
    fits "$tree" 64M
    TZ=Asia/Kolkata mounted "$scratch/image" ro same_as_mounted "$scratch/$tree"
    read_by_us "$scratch/$tree" "$scratch/image"
  done
  for size in 4M 2G; do
    fits mixed "$size"
    mounted "$scratch/image" ro same_as_mounted "$scratch/mixed"
  done
  echo "exfat-fuse: good"
fi

# The reverse: mkfs.exfat and exfat-fuse write, with fragmented and deleted files, and we read.
write_foreign() {
  cd "$scratch/mount"
  cp -r --preserve=timestamps "$scratch/mixed/." .
  mkdir gone && for i in $(seq 120); do head -c 9000 /dev/urandom >"gone/$i"; done
  for i in $(seq 1 2 120); do rm "gone/$i"; done
  head -c 500000 /dev/urandom >fragmented  # goes into the gaps
  for i in $(seq 12); do head -c 70000 /dev/urandom >>left; head -c 50000 /dev/urandom >>right; done
  truncate -s 3000000 grown
  mv gone moved
  mkdir empty-directory
  rm -f time-0
  cd "$scratch"
}
keep_copy() { cp -r --preserve=timestamps "$scratch/mount/." "$scratch/copy/"; }
if [ "$(id -u)" = 0 ]; then
  for cluster in 4096 65536 512; do
    rm -f "$scratch/foreign" && truncate -s 64M "$scratch/foreign"
    mkfs.exfat -c "$cluster" -L foreign "$scratch/foreign" >"$scratch/log" || fail "$(cat "$scratch/log")"
    "$tool" list "$scratch/foreign" || fail "we can't read what mkfs.exfat wrote"
    mounted "$scratch/foreign" rw write_foreign
    rm -rf "$scratch/copy" && mkdir "$scratch/copy"
    mounted "$scratch/foreign" ro keep_copy
    read_by_us "$scratch/copy" "$scratch/foreign"
    "$tool" list "$scratch/foreign" | grep -E '^/(left|right) .* chained$' >"$scratch/log" || fail "nothing was fragmented"
    if "$tool" canonical "$scratch/foreign" 2>"$scratch/log"; then fail "taken for ours"; fi
    grep -q 'exFAT: ' "$scratch/log" || fail "$(cat "$scratch/log")"
  done
  echo "foreign: good"
fi

# The message names what exFAT can't hold.
refused() { # TEXT COMMAND...: the command fills the directory
  rm -rf "$scratch/bad" && mkdir "$scratch/bad"
  (cd "$scratch/bad" && "${@:2}")
  if "$hallmark" mkfs exfat --from "$scratch/bad" -o "$scratch/no" 2>"$scratch/log"; then fail "took what should say: $1"; fi
  grep -qF "$1" "$scratch/log" || fail "said instead of '$1': $(cat "$scratch/log")"
  [ ! -e "$scratch/no" ] || fail "half a filesystem is left"
}
refused "exFAT can't hold /a:b: a name can't contain :" touch a:b
refused "exFAT can't hold /dot.: its name ends in a dot or a blank" touch dot.
refused "/über: it has the name of 'Über' but for capitals" touch über Über
refused "exFAT can't hold /link: it is neither file nor directory" ln -s x link
refused "is not UTF-8" touch $'\xff'
refused "/two: it is a hard link" sh -c 'touch one; ln one two'
if "$hallmark" mkfs exfat --from "$scratch/one" -o "$scratch/one/file" 2>"$scratch/log"; then fail "replaced a file by its image"; fi
grep -qF "is one of the files that go into it" "$scratch/log" || fail "$(cat "$scratch/log")"
[ "$(stat -c %s "$scratch/one/file")" = 1000003 ] || fail "a file was replaced"
echo "exfat: good"
