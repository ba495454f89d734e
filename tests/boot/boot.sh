#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# boot.sh KERNEL_DIRECTORY MAKE_INITRAMFS INIT COMPILER: boots Debian's arm64 kernel with our initramfs. It boots into a
# root under verity. It does not if one bit of that root is flipped, in the data or in the hash tree, nor if the command
# line does not say how to verify the root.
set -eu
kernel=$1 make_initramfs=$2 init=$3 compiler=$4
sources=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin

fail() {
  echo "FAILED: $*" >&2
  sed 's/^/  | /' "$work/console" >&2 || true
  exit 1
}

# The root: an ext4 of 16 MiB with what a boot requires.
mkdir -p "$work/root/sbin" "$work/root/dev" "$work/root/proc" "$work/root/sys" "$work/root/run"
"$compiler" -static -O2 -s -o "$work/root/sbin/init" "$sources/root_init.cc"
mke2fs -q -t ext4 -b 4096 -d "$work/root" "$work/data" 16M
hash=$(veritysetup format "$work/data" "$work/tree" | sed -n 's/^Root hash:[[:space:]]*//p')
[ ${#hash} -eq 64 ] || fail "veritysetup gave no root hash"

uuid() { echo "$1" | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\)$/\1-\2-\3-\4-\5/'; }
truncate -s 32M "$work/disk"
sfdisk -q "$work/disk" <<TABLE
label: gpt
start=2048, size=32768, uuid=$(uuid "$(echo "$hash" | cut -c 1-32)")
start=34816, size=8192, uuid=$(uuid "$(echo "$hash" | cut -c 33-64)")
TABLE
dd if="$work/data" of="$work/disk" bs=512 seek=2048 conv=notrunc status=none
dd if="$work/tree" of="$work/disk" bs=512 seek=34816 conv=notrunc status=none
"$make_initramfs" "$kernel/tree" "$init" "$work/initramfs"

boot() { # DISK WORDS: the output of the console is in $work/console
  timeout 300 qemu-system-aarch64 -machine virt,accel=tcg -cpu cortex-a57 -m 512 -nographic -nodefaults -no-reboot \
    -serial "file:$work/console" -kernel "$kernel"/tree/boot/vmlinuz-* -initrd "$work/initramfs" \
    -append "console=ttyAMA0 $2" -drive "if=none,id=disk,format=raw,file=$1" -device virtio-blk-pci,drive=disk ||
    fail "the machine did not end: $2"
}
flip() { # DISK OFFSET: the lowest bit of the byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
reached() { grep -q 'BOOT TEST: root reached' "$work/console"; }
refused() { # REASON
  ! reached || fail "booted in spite of: $1"
  grep -q "hallmark-init: failed: .*$1" "$work/console" || fail "not refused for: $1"
}

boot "$work/disk" "roothash=$hash"
reached || fail "the verified root was not reached"

# ext4's superblock begins 1024 bytes into the partition.
cp "$work/disk" "$work/bad"
flip "$work/bad" $((2048 * 512 + 1024 + 120))
boot "$work/bad" "roothash=$hash"
refused "mounting the root filesystem"

# The top of the hash tree is in the block after the verity superblock.
cp "$work/disk" "$work/bad"
flip "$work/bad" $((34816 * 512 + 4096))
boot "$work/bad" "roothash=$hash"
refused "mounting the root filesystem"

boot "$work/disk" ""
refused "roothash= is missing"

boot "$work/disk" "hallmark.verity=off root=PARTUUID=$(uuid "$(echo "$hash" | cut -c 1-32)")"
reached || fail "the root without verity was not reached"
echo "boot: 5 boots as they should be"
