#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recipe ubuntu-22.04-arm64 from end to end, with a small signed archive in the layout of jammy.
# Usage: ubuntu.sh HALLMARK ARCHIVE
set -euo pipefail
hallmark=$1
made=$2
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"

echo '== lock and build'
serve
recipe ubuntu '"ubuntu-minimal", "linux-image-generic-hwe-22.04", "grub-efi-arm64-bin", "python3-pip", "hallmark-probe"'
"$hallmark" lock ubuntu
grep -q 'name = "hallmark-probe", version = "1.1", architecture = "arm64", suite = "jammy-updates"' ubuntu/recipe.lock
grep -q 'name = "hallmark-watcher".*path = "pool/universe/' ubuntu/recipe.lock
grep -q 'name = "hallmark_part", version = "2.5"' ubuntu/recipe.lock
TERM=xterm script -qec "'$hallmark' build ubuntu -o out" terminal
tr '\r' '\n' <terminal >lines
grep -qE '^.*Unpacking packages: [0-9]+ of [0-9]+, [0-9.]+/s, [0-9].* left  [a-z]' lines || fail 'no package, rate and time left'
grep -qE 'Compressing the image: [0-9.]+ [KMG]iB of 1\.0 GiB, [0-9.]+ [KMG]iB/s' lines || fail 'no bytes and rate'
grep -qE '^  Configuring packages +([0-9.]+ s|[0-9]+ min)' lines || fail 'no time of a stage in the summary'
grep -qE '^  rootfs\.img 1\.0 GiB, compressed [0-9.]+ MiB$' lines || fail 'no sizes in the summary'
[ "$(sed -n '/packages, the largest:/,$p' lines | grep -cE '^    [0-9.]+ MiB +[a-z]')" = 10 ] || fail 'no packages in the summary'
"$hallmark" build ubuntu -o out2 --offline -q
diff -r out out2
rm -r out2
# A build over the bundle that it replaces, whose frames it uses again, and one into a new directory; a source file with
# a hole, and one without: the bytes are the same.
truncate -s 1M common/guest/etc/hallmark-changed
"$hallmark" build ubuntu -o out --offline -v 2>log
grep -qE '^[1-9][0-9]+ of [0-9]+ frames are as they were$' log || fail 'the frames of the earlier bundle are not used'
head -c 1M /dev/zero >common/guest/etc/hallmark-changed
"$hallmark" build ubuntu -o out2 --offline -v 2>log
! grep -q 'as they were' log || fail 'frames of no earlier bundle'
diff -r out out2
rm -r out2 common/guest/etc/hallmark-changed

start=$(sgdisk -i 1 out/rootfs.img | sed -n 's/^First sector: \([0-9]*\).*/\1/p')
sectors=$(sgdisk -i 1 out/rootfs.img | sed -n 's/^Partition size: \([0-9]*\).*/\1/p')
dd if=out/rootfs.img of=root.img bs=1M iflag=skip_bytes,count_bytes skip=$((start * 512)) count=$((sectors * 512)) \
  conv=sparse status=none
e2fsck -fn root.img
ask() { debugfs -R "$1" root.img 2>/dev/null; }
same() { # WHAT EXPECTED ACTUAL
  [ "$2" = "$3" ] || fail "$1: '$3' and not '$2'"
}
same 'version' 'version 1.1' "$(ask 'cat /usr/share/doc/hallmark-probe/version')"
same 'scripts' $'preinst install\npostinst configure ' "$(ask 'cat /var/lib/hallmark-probe/order')"
same 'log with a hole' 0 "$(ask 'stat /var/log/hallmark-sparse' | sed -n 's/^User:.*Size: *//p')"
same 'log with another name' '' "$(ask 'cat /var/log/hallmark-linked')"
same 'machine' aarch64 "$(ask 'cat /var/lib/hallmark-probe/machine')"
same 'owner' games "$(ask 'stat /var/lib/hallmark-probe/machine' | grep -q 'User: *5 *Group: *60 ' && echo games)"
same 'diverted file' 'from the victim' "$(ask 'cat /usr/share/hallmark-victim/notice.diverted')"
same 'diverting file' 'from the probe' "$(ask 'cat /usr/share/hallmark-victim/notice')"
ask 'cat /var/lib/dpkg/diversions' | grep -qx '/usr/share/hallmark-victim/notice.diverted' || fail 'the diversion is not recorded'
same 'alternative' '"/usr/lib/hallmark-probe/bin/second"' \
  "$(ask 'stat /etc/alternatives/hallmark-pick' | sed -n 's/^Fast link dest: //p')"
ask 'cat /var/lib/dpkg/alternatives/hallmark-pick' | grep -qx auto || fail 'the alternative is not recorded'
same 'file taken over' new "$(ask 'cat /usr/share/hallmark-replaced/file')"
same 'conffile' 'setting = 1' "$(ask 'cat /etc/hallmark/probe.conf')"
ask 'cat /var/lib/dpkg/status' | grep -A20 '^Package: hallmark-probe$' |
  grep -q "^ /etc/hallmark/probe.conf $(echo 'setting = 1' | md5sum | cut -c1-32)" || fail 'the conffile is not recorded'
ask 'cat /var/lib/hallmark-watcher/calls' | grep -qx 'triggered hallmark-watch' || fail 'not triggered'
# VFS_CAP_REVISION_2 with CAP_NET_RAW, effective: the form of a native install, without the user namespace of the build.
same 'capability' '01 00 00 02 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00' \
  "$(ask 'ea_get -x /usr/bin/hallmark-raw security.capability' | sed -n 's/^security.capability (20) = //p' | xargs)"
same 'wheel' 'ANSWER = 42' "$(ask 'cat /usr/local/lib/python3.11/dist-packages/hallmark_probe/__init__.py')"
same 'needed wheel' 'PART = 1' "$(ask 'cat /usr/local/lib/python3.11/dist-packages/hallmark_part.py')"
for directory in /sessions /smol/bin /workspace /mnt/.virtiofs-root; do
  ask "stat $directory" | grep -q 'Type: directory' || fail "$directory is missing"
done
ask 'cat /etc/passwd' | grep -q '^ubuntu:x:1000:1000:' || fail 'no user ubuntu'
same 'hostname' guest "$(ask 'cat /etc/hostname')"
rm root.img

echo '== what an update changes'
sed -i 's/\(name = "hallmark-probe", version = "\)1.1"/\11.0"/' ubuntu/recipe.lock
"$hallmark" lock ubuntu --update >changes
cat changes
grep -qE '^hallmark-probe +1\.0 +1\.1$' changes || fail 'the change is not in the table'
[ "$(wc -l <changes)" = 3 ] || fail 'the table has other changes'

echo '== a version that left the mirror is in a snapshot'
deb=$(cd archive && find pool -name 'hallmark-watcher_*')
mkdir -p "snapshot/20231115T101320Z/$(dirname "$deb")"
mv "archive/$deb" "snapshot/20231115T101320Z/$deb"
HALLMARK_CACHE=$PWD/cache-2 fails 1 'HTTP status 404' 'hallmark lock --update' "$hallmark" fetch ubuntu
sed -i "s|^snapshot_mirror = .*|snapshot_mirror = \"$url/snapshot/{time}\"|" ubuntu/recipe.toml
"$hallmark" lock ubuntu -q
HALLMARK_CACHE=$PWD/cache-2 "$hallmark" fetch ubuntu -q
mv "snapshot/20231115T101320Z/$deb" "archive/$deb"

echo '== a release without SHA-1'
[ -f out/.rootfs.img.origin ] || fail 'a release without origins'
sed -i 's/^\[image\]$/&\nsha1 = false/' ubuntu/recipe.toml
"$hallmark" lock ubuntu -q
"$hallmark" build ubuntu -o plain -q
[ -z "$(find plain -name '*.origin')" ] || fail 'origins, against the recipe'
! grep -q '"sha1"' plain/manifest.json || fail 'SHA-1 in the manifest, against the recipe'

nothing_left
echo 'ubuntu: good'
