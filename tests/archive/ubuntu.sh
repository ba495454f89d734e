#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recipe ubuntu-22.04-arm64, end to end, against a small signed archive of jammy's layout that make_archive.py makes
# from the packages of another lock; then what can go wrong with an archive.
# Usage: ubuntu.sh HALLMARK LOCK CACHE
set -euo pipefail
hallmark=$1
lock=$2
packages=$3
here=$(dirname "$(realpath "$0")")
. "$here/archive.sh"

echo '== lock and build'
serve
recipe ubuntu '"ubuntu-minimal", "linux-image-generic-hwe-22.04", "grub-efi-arm64-bin", "python3-pip", "hallmark-probe"'
"$hallmark" lock ubuntu
grep -q 'name = "hallmark-probe", version = "1.1", architecture = "arm64", suite = "jammy-updates"' ubuntu/recipe.lock
grep -q 'name = "hallmark-watcher".*path = "pool/universe/' ubuntu/recipe.lock
grep -q 'name = "hallmark_part", version = "2.5"' ubuntu/recipe.lock
"$hallmark" build ubuntu -o out
"$hallmark" build ubuntu -o out2 --offline -q
diff -r out out2
rm -r out2

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
# VFS_CAP_REVISION_2 with CAP_NET_RAW, effective: as a native install has it, without the build's user namespace in it.
same 'capability' '01 00 00 02 00 20 00 00 00 00 00 00 00 00 00 00 00 00 00 00' \
  "$(ask 'ea_get -x /usr/bin/hallmark-raw security.capability' | sed -n 's/^security.capability (20) = //p' | xargs)"
same 'wheel' 'ANSWER = 42' "$(ask 'cat /usr/local/lib/python3.11/dist-packages/hallmark_probe/__init__.py')"
same 'needed wheel' 'PART = 1' "$(ask 'cat /usr/local/lib/python3.11/dist-packages/hallmark_part.py')"
for folder in /sessions /smol/bin /workspace /mnt/.virtiofs-root; do
  ask "stat $folder" | grep -q 'Type: directory' || fail "$folder is missing"
done
ask 'cat /etc/passwd' | grep -q '^ubuntu:x:1000:1000:' || fail 'no user ubuntu'
same 'hostname' guest "$(ask 'cat /etc/hostname')"
rm root.img

echo '== an image too small'
sed 's/^size = .*/size = "600MiB"/' ubuntu/recipe.toml >ubuntu/small.toml
fails '216 MiB too small' "$hallmark" build ubuntu/small.toml -o small --offline
grep -q 'linux-image-6' err || fail "the largest packages are not named"

echo '== a version that left the mirror is in a snapshot'
deb=$(cd archive && find pool -name 'hallmark-watcher_*')
mkdir -p "snapshot/20231115T101320Z/$(dirname "$deb")"
mv "archive/$deb" "snapshot/20231115T101320Z/$deb"
HALLMARK_CACHE=$PWD/cache-2 fails 'HTTP status 404' "$hallmark" fetch ubuntu
sed -i "s|^snapshot_mirror = .*|snapshot_mirror = \"$url/snapshot/{time}\"|" ubuntu/recipe.toml
"$hallmark" lock ubuntu -q
HALLMARK_CACHE=$PWD/cache-2 "$hallmark" fetch ubuntu -q
mv "snapshot/20231115T101320Z/$deb" "archive/$deb"

echo '== archives that lie'
recipe lies '"hallmark-probe"'
sed -i "s/^fingerprints = .*/fingerprints = [\"$(tr 0-9A-F 1-9A-F0 <fingerprint)\"]/" lies/recipe.toml
fails 'signatures' "$hallmark" lock lies
recipe lies '"hallmark-probe"'
sed -i "s|^keyring = .*|keyring = \"$PWD/other.gpg\"|" lies/recipe.toml
fails 'keyring\|signature' "$hallmark" lock lies
recipe lies '"hallmark-probe"'
cp -r archive/dists dists
sed -i '0,/Version: 1.1/s//Version: 1.2/' archive/dists/jammy-updates/main/binary-arm64/Packages
gzip -kf archive/dists/jammy-updates/main/binary-arm64/Packages
HALLMARK_CACHE=$PWD/cache-3 fails 'Hash Sum mismatch\|size' "$hallmark" lock lies
rm -r archive/dists
mv dists archive/dists
cp "archive/$deb" good.deb
printf x | dd of="archive/$deb" bs=1 seek=200 conv=notrunc status=none
rm -r cache-2
HALLMARK_CACHE=$PWD/cache-2 fails "hallmark-watcher.*was locked" "$hallmark" fetch ubuntu
mv good.deb "archive/$deb"
HALLMARK_CACHE=$PWD/cache-2 "$hallmark" fetch ubuntu -q

echo '== packages that do not go together'
recipe bad '"no-such-package"'
fails 'no-such-package' "$hallmark" lock bad
recipe bad '"hallmark-probe", "hallmark-conflict"'
fails 'hallmark-conflict.*\|hallmark-probe.*Conflicts' "$hallmark" lock bad

echo '== a maintainer script that fails'
recipe bad '"hallmark-broken"'
"$hallmark" lock bad -q
fails 'flux capacitor' "$hallmark" build bad -o bad-out
grep -q 'hallmark-broken' err || fail 'the package is not named'

echo '== no mirror'
kill "$server"
rm -rf cache-2
HALLMARK_CACHE=$PWD/cache-2 fails '127.0.0.1' "$hallmark" lock ubuntu --update
HALLMARK_CACHE=$PWD/cache-2 fails '127.0.0.1' "$hallmark" fetch ubuntu
HALLMARK_CACHE=$PWD/cache-2 fails 'the cache lacks' "$hallmark" build ubuntu -o no --offline
nothing_left
echo 'ubuntu: good'
