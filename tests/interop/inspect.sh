#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `hallmark inspect` and `hallmark diff` on an image that stock tools made and changed: every figure is the tools' own,
# and every change is named. Usage: inspect.sh HALLMARK
set -euo pipefail
hallmark=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "inspect.sh: $*" >&2; exit 1; }
cd "$scratch"

# A disk like a release's, made by sgdisk, mkfs.fat, mke2fs and veritysetup.
mkdir -p tree/boot tree/usr/bin tree/var/lib/dpkg tree/etc
printf 'Linux version 6.1.0-99-arm64 (builder) and more' | gzip >tree/boot/vmlinuz-6.1.0-99-arm64
head -c 300000 /dev/urandom >tree/usr/bin/large
echo host >tree/etc/hostname
ln -s hostname tree/etc/link
cat >tree/var/lib/dpkg/status <<'STATUS'
Package: small
Status: install ok installed
Installed-Size: 10
Architecture: arm64
Version: 1:2.3-4

Package: removed
Status: deinstall ok config-files
Installed-Size: 99999
Architecture: arm64
Version: 1

Package: large
Status: install ok installed
Installed-Size: 2048
Architecture: all
Version: 7~rc1
Description: two lines
 Version: 8
STATUS
truncate -s 48M disk
sgdisk --set-alignment=1 --disk-guid=00112233-4455-6677-8899-aabbccddeeff \
  --new=15:2048:73727 --typecode=15:c12a7328-f81f-11d2-ba4b-00a0c93ec93b --change-name=15:esp \
  --new=1:73728:90111 --typecode=1:b921b045-1df0-41c3-af44-4c6f280d3fae --change-name=1:root --attributes=1:set:60 \
  --new=2:90112:94207 --typecode=2:df3300ce-d69f-4c92-978c-9bfb0f38d820 --change-name=2:root-verity disk >/dev/null
root_at=$((73728 * 512)) esp_at=$((2048 * 512)) verity_at=$((90112 * 512))
mkfs.fat -F 32 -s 1 --offset 2048 -n BOOT -i 1234abcd disk $((71680 / 2)) >/dev/null 2>&1
printf 'set timeout=0\nmenuentry "Linux" {\n  linux /vmlinuz root=LABEL=root quiet\n}\n' >grub.cfg
mmd -i disk@@$esp_at ::/EFI ::/EFI/debian
mcopy -i disk@@$esp_at grub.cfg ::/EFI/debian/grub.cfg
mcopy -i disk@@$esp_at tree/boot/vmlinuz-6.1.0-99-arm64 ::/vmlinuz
mke2fs -q -F -t ext4 -b 4096 -O ^has_journal -L root -U 11112222-3333-4444-5555-666677778888 -E offset=$root_at -d tree disk 8M
dd if=disk of=root bs=4096 skip=$((root_at / 4096)) count=2048 status=none
veritysetup format --salt=00ff root hash >verity.txt
dd if=hash of=disk bs=4096 seek=$((verity_at / 4096)) conv=notrunc status=none

"$hallmark" inspect disk --json >report.json
value() { jq -r "$1" report.json; }
is() { [ "$(value "$1")" = "$2" ] || fail "$1 is '$(value "$1")' and not '$2'"; }
is .size "$(stat -c %s disk)"
is '.partitionTable.guid' 00112233-4455-6677-8899-aabbccddeeff
is '.partitionTable.partitions | map(.number) | join(",")' 1,2,15
is '.partitionTable.partitions[0].start' $root_at
is '.partitionTable.partitions[0].name' root
is '.partitionTable.partitions[0].attributes' 1000000000000000
is .esp.label BOOT
is .esp.serial $((0x1234abcd))
is '.esp.files[] | select(.path == "/EFI/debian/grub.cfg") | .size' "$(stat -c %s grub.cfg)"
is '.esp.kernelCommandLines[0]' 'root=LABEL=root quiet'
dumpe2fs -h root >dump.txt 2>/dev/null
dumped() { sed -n "s/^$1: *//p" dump.txt; }
is .filesystem.label root
is .filesystem.uuid "$(dumped 'Filesystem UUID')"
is .filesystem.size $(($(dumped 'Block count') * 4096))
is .filesystem.used $((($(dumped 'Block count') - $(dumped 'Free blocks')) * 4096))
is .filesystem.inodes "$(dumped 'Inode count')"
is .filesystem.usedInodes $(($(dumped 'Inode count') - $(dumped 'Free inodes')))
[ "$(value '.filesystem.features[]' | sort)" = "$(dumped 'Filesystem features' | tr ' ' '\n' | sort)" ] || fail features
is '.filesystem.folders[0].path' /usr
is '.filesystem.folders[0].size' $((4096 * (1 + 1 + 74)))
is .verity.rootHash "$(sed -n 's/^Root hash:[[:space:]]*//p' verity.txt)"
is .verity.salt 00ff
is .verity.uuid "$(sed -n 's/^UUID:[[:space:]]*//p' verity.txt)"
is .verity.dataBlocks 2048
is '.kernels | map(.in + .path + " " + .version) | join(",")' \
  'esp/vmlinuz 6.1.0-99-arm64,root/boot/vmlinuz-6.1.0-99-arm64 6.1.0-99-arm64'
is '.packages | map(.name + "=" + .version + ":" + .architecture) | join(",")' 'large=7~rc1:all,small=1:2.3-4:arm64'

"$hallmark" inspect disk --packages >report.txt
for text in 'label root' 'kernel: 6.1.0-99-arm64, ESP /vmlinuz' 'small 1:2.3-4' 'packages: 2 installed' 'label BOOT'; do
  grep -qF -- "$text" report.txt || fail "no word of '$text'"
done
# A single filesystem.
"$hallmark" inspect root --json | jq -e '.filesystem.label == "root" and (has("esp") | not)' >/dev/null || fail "ext4 alone"
mkdir bundle && cp disk bundle/rootfs.img
"$hallmark" inspect bundle --json | jq -e .verity.rootHash >/dev/null || fail "a bundle"

# Names from the image do not reach a terminal unescaped.
mkdir odd && : >"odd/$(printf 'a\033[31mb\nc')"
"$hallmark" mkfs ext4 --from odd -o odd.img
"$hallmark" mkfs ext4 --from tree -o plain.img --size "$(stat -c %s odd.img)"
"$hallmark" diff odd.img plain.img >odd.txt && fail "they are the same?"
grep -qF 'file /a\x1b[31mb\x0ac: presence: file | absent' odd.txt || fail "an odd name: $(cat odd.txt)"

# Every change is named, and nothing else.
"$hallmark" diff disk bundle >same.txt || fail "the same differs: $(cat same.txt)"
grep -qx identical same.txt || fail "$(cat same.txt)"
changed() { # EXPECTED-LINE...: exactly these differences between disk and `new`
  local status=0
  "$hallmark" diff disk new >diff.txt || status=$?
  [ "$status" = 3 ] || fail "exit status $status for '$1'"
  # debugfs sets the write time.
  grep -v 'superblock: s_wtime: ' diff.txt >named.txt || true
  local line
  for line in "$@"; do grep -q -- "$line" named.txt || fail "no '$line' in: $(cat diff.txt)"; done
  [ "$(wc -l <named.txt)" = $(($# + 1)) ] || fail "more than '$*' in: $(cat diff.txt)"
}
edit_root() { # DEBUGFS-COMMAND...
  cp disk new
  cp root new-root
  local command
  for command in "$@"; do debugfs -w -R "$command" new-root 2>/dev/null; done
  dd if=new-root of=new bs=4096 seek=$((root_at / 4096)) conv=notrunc status=none
}
edit_root 'sif /etc/hostname mode 0100600'
changed '^file /etc/hostname: mode: 0644 | 0600$'
edit_root 'sif /etc/hostname uid 1234' 'sif /etc/hostname gid 99'
changed '^file /etc/hostname: owner: 0 | 1234$' '^file /etc/hostname: group: 0 | 99$'
edit_root 'sif /usr/bin mtime @1000000000'
changed '^file /usr/bin: mtime: [0-9.]* | 1000000000.000000000$'
edit_root 'ea_set /etc/hostname user.note text'
changed '^file /etc/hostname: xattr user.note: absent | 74657874$'
edit_root 'sif /etc/hostname links_count 2'
changed '^file /etc/hostname: links: 1 | 2$'
edit_root 'sif /etc/hostname generation 77'
changed '^file /etc/hostname: generation: [0-9]* | 77$'
edit_root 'unlink /etc/link'
changed '^file /etc/link: presence: symbolic link | absent$'
edit_root 'ssv mnt_count 5'
changed '^filesystem superblock: s_mnt_count: 0 | 5$'
edit_root 'ssv volume_name other'
changed '^filesystem superblock: s_volume_name: root | other$'

offset_of() { debugfs -R "bmap $1 $2" root 2>/dev/null; }
poke() { # OFFSET
  cp disk new
  printf '\xa5\x5a' | dd of=new bs=1 seek="$1" conv=notrunc status=none
}
poke $((root_at + $(offset_of /usr/bin/large 3) * 4096 + 17))
changed '^file /usr/bin/large: content: differs from byte 12305$'
poke $((root_at + 2040 * 4096))
changed '^filesystem no file: free space: bytes: 0000000000000000 | a55a000000000000$'
poke $((root_at + $(dumpe2fs root 2>/dev/null | sed -n 's/.*Block bitmap at \([0-9]*\).*/\1/p') * 4096 + 1000))
changed '^filesystem the block bitmap of group 0: bytes: '
poke $((root_at))
changed '^filesystem the boot block: bytes: '
poke $((verity_at + 8192 + 5))
changed '^verity hash tree: bytes: '
poke $((verity_at + 4096 + 5))
changed '^verity hash tree: root hash: '
poke $((verity_at + 400))
changed "^verity superblock's block: bytes: "
poke $((94208 * 512 + 3000))
changed '^disk space between the partitions: bytes: '
poke $((esp_at + 40000000 - 10000000))
changed "^esp directories' entries or unused clusters: bytes: "
poke 10
changed '^disk protective MBR: bytes: '

cp disk new && sgdisk --change-name=1:other new >/dev/null
changed '^disk partition 1: name: root | other$'
cp disk new && sgdisk --partition-guid=2:99999999-9999-9999-9999-999999999999 new >/dev/null
changed '^disk partition 2: GUID: [0-9a-f-]* | 99999999-9999-9999-9999-999999999999$'
cp disk new && sgdisk --disk-guid=99999999-9999-9999-9999-999999999999 new >/dev/null
changed '^disk partition table: disk GUID: '
cp disk new && printf X | dd of=grub.cfg conv=notrunc status=none
touch -d @1700000000 grub.cfg
mcopy -o -m -i disk@@$esp_at grub.cfg ::/EFI/debian/grub.cfg && mcopy -o -m -i new@@$esp_at grub.cfg ::/EFI/debian/grub.cfg
cmp disk new && printf Y | dd of=grub.cfg conv=notrunc status=none
touch -d @1700000000 grub.cfg && mcopy -o -m -i new@@$esp_at grub.cfg ::/EFI/debian/grub.cfg
changed '^esp /EFI/debian/grub.cfg: content: SHA-256 '
cp disk new && mdel -i new@@$esp_at ::/vmlinuz
changed '^esp /vmlinuz: presence: there | absent$'
"$hallmark" diff disk new --json >diff.json && fail "exit status of --json"
jq -e '.identical == false and .differences == [{"area": "esp", "name": "/vmlinuz", "attribute": "presence",
  "first": "there", "second": "absent"}]' diff.json >/dev/null || fail "JSON: $(cat diff.json)"

# Bundles: members of JSON files, other files, packages.
cp -r bundle other
echo '{"a": {"b": [1, 2, 3]}, "c": 1}' >bundle/manifest.json && echo '{"a": {"b": [1, 5, 3]}}' >other/manifest.json
echo x >bundle/vmlinuz && echo y >other/vmlinuz && : >other/extra
sed -i 's/7~rc1/7.0/' tree/var/lib/dpkg/status
mke2fs -q -F -t ext4 -b 4096 -O ^has_journal -L root -U 11112222-3333-4444-5555-666677778888 -E offset=$root_at -d tree other/rootfs.img 8M
"$hallmark" diff bundle other >diff.txt && fail "they are the same?"
for line in 'bundle manifest.json: /a/b/1: 2 | 5' 'bundle manifest.json: /c: 1 | absent' 'bundle extra: presence: absent | there' \
  'bundle vmlinuz: content: differs from byte 0' 'package large: version: 7~rc1 | 7.0' \
  'file /var/lib/dpkg/status: content: differs from byte'; do
  grep -q "^$line" diff.txt || fail "no '$line' in: $(cat diff.txt)"
done

# Two writers, one tree: the outputs of mke2fs and of hallmark read the same, but for times that mke2fs does not copy
# and for properties of each writer.
mkdir -p kinds/many kinds/empty
for i in $(seq 2000); do : >"kinds/many/file-$i"; done
printf x | dd of=kinds/sparse bs=1 seek=3000000 status=none
python3 - <<'PYTHON'
with open("kinds/fragments", "wb") as file:
    for i in range(700):
        file.seek(i * 8192)
        file.write(b"%4096d" % i)
PYTHON
touch "kinds/$(printf 'n%.0s' $(seq 255))" kinds/$'with\nnewline' kinds/$'\xff\xfe'
ln kinds/sparse kinds/hard
ln -s target kinds/short && ln -s "$(printf 't%.0s' $(seq 200))" kinds/long
mkfifo -m 600 kinds/fifo && mkdir -m 2750 kinds/set-gid
if [ "$(id -u)" = 0 ]; then
  mknod kinds/null c 1 3 && mknod kinds/large b 259 300000
  chown 70000:4000000000 kinds/fragments && setcap cap_net_raw+ep kinds/hard
  for i in $(seq 6); do setfattr -n "user.large-$i" -v "$(printf 'v%.0s' $(seq 200))" kinds/fragments; done
fi
"$hallmark" mkfs ext4 --from kinds -o ours --size 32M
mke2fs -q -F -t ext4 -b 4096 -O ^has_journal -d kinds theirs 32M >/dev/null
"$hallmark" diff ours theirs >diff.txt && fail "they are the same?"
differ=$(grep '^file ' diff.txt | grep -Ev ': (mtime|atime|ctime|crtime|generation|flags): |^file /lost\+found: ' || true)
[ -z "$differ" ] || fail "read from mke2fs's image: $differ"

# For a file that is not an image, the message says so and what to do; the exit status is 1.
refused() { # TEXT ARGUMENT...
  local text=$1 status=0
  shift
  "$hallmark" "$@" >out.txt 2>error.txt || status=$?
  [ "$status" = 1 ] || fail "exit status $status of $*"
  grep -qF -- "$text" error.txt || fail "said of $*: $(cat error.txt)"
}
mkdir empty && refused 'hallmark restore' inspect empty
refused 'neither a disk with a GPT nor an ext4' inspect grub.cfg
zstd -q disk -o disk.zst && refused 'zstd -d' inspect disk.zst
refused 'none: No such file' inspect none
head -c 20M disk >short && refused 'partition table' inspect short
mkfifo fifo && refused 'fifo' inspect fifo
echo "inspect: good"
