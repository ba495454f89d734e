#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# distribution_disk.sh ROOTFS_IMG DIRECTORY: makes the peer of the boot benchmark. It has the files of an image's root,
# and what the distribution would boot them with: an initramfs of initramfs-tools and a menu of grub-mkconfig, both with
# their defaults. Makes DIRECTORY/quiet.img, and DIRECTORY/talking.img, whose kernel logs to the console. Requires root.
set -euo pipefail
if [ "${3:-}" != inside ]; then
  exec unshare --mount --propagation private "$0" "$1" "$2" inside  # the mounts end with it, whatever happens
fi
export PATH=$PATH:/usr/sbin:/sbin
image=$(realpath "$1")
mkdir -p "$2"
cd "$2"
root_uuid=2d7c8a43-7d0a-4c53-8b4c-9f1c3f3c2a01

read -r offset size < <(sfdisk --json "$image" |
  jq -r '.partitiontable as $t | $t.partitions[] | select(.node | endswith("1")) | "\(.start * $t.sectorsize) \(.size * $t.sectorsize)"')
mkdir -p ours root
mount -o "ro,loop,offset=$offset,sizelimit=$size" "$image" ours
truncate -s 2G root.ext4
mke2fs -q -F -t ext4 -U "$root_uuid" root.ext4
mount -o loop root.ext4 root
cp -a ours/. root/
umount ours

mkdir -p root/etc/default root/boot/grub
# As the package grub-efi-arm64 installs it.
cat >root/etc/default/grub <<'GRUB'
GRUB_DEFAULT=0
GRUB_TIMEOUT=5
GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX=""
GRUB
echo "UUID=$root_uuid / ext4 errors=remount-ro 0 1" >root/etc/fstab
for name in proc sys dev; do mount --rbind "/$name" "root/$name"; done
# A loop device is not part of a disk, so this answers like grub-probe on the disk that is made below.
cat >grub-probe <<'PROBE'
#!/bin/sh
for word; do
  case $word in
    --target=*) target=${word#*=} ;;
    -t) target=next ;;
    *) [ "${target:-}" != next ] || target=$word ;;
  esac
done
case $target in
  device) echo /dev/vda2 ;;
  fs) echo ext2 ;;
  fs_uuid) echo UUID ;;
  partmap) echo gpt ;;
  compatibility_hint) echo hd0,gpt2 ;;
  hints_string) echo "--hint-ieee1275='ieee1275//disk@0,gpt2' --hint-bios=hd0,gpt2 --hint-efi=hd0,gpt2" ;;
esac
PROBE
sed -i "s/UUID/$root_uuid/" grub-probe
chmod +x grub-probe
mount --bind grub-probe root/usr/sbin/grub-probe
for kernel in root/usr/lib/modules/*; do
  version=${kernel##*/}
  [ -e "root/boot/vmlinuz-$version" ] || { echo "the root has no /boot/vmlinuz-$version" >&2; exit 1; }
  chroot root update-initramfs -c -k "$version"
done
chroot root grub-mkconfig -o /boot/grub/grub.cfg
umount root/usr/sbin/grub-probe
for name in dev sys proc; do umount -R -l "root/$name"; done
# As on a machine with udev, where the disk has a name by its UUID.
sed -i "s,root=/dev/[^ ]*,root=UUID=$root_uuid," root/boot/grub/grub.cfg
sed 's, quiet$,,' root/boot/grub/grub.cfg >talking.cfg
cp root/usr/lib/grub/arm64-efi/monolithic/grubaa64.efi .
umount root

for menu in quiet talking; do
  truncate -s 64M esp.fat
  mkfs.fat -F 32 esp.fat >/dev/null
  mmd -i esp.fat ::EFI ::EFI/BOOT ::EFI/debian
  mcopy -i esp.fat grubaa64.efi ::EFI/BOOT/BOOTAA64.EFI
  {
    echo "search.fs_uuid $root_uuid root"
    # As grub-install writes it. The other image has its menu here instead.
    echo "set prefix=(\$root)/boot/grub"
    if [ "$menu" = quiet ]; then echo 'configfile $prefix/grub.cfg'; else cat talking.cfg; fi
  } >esp.cfg
  mcopy -i esp.fat esp.cfg ::EFI/debian/grub.cfg
  rm -f "$menu.img"
  truncate -s 2200M "$menu.img"
  printf 'label: gpt\nstart=1MiB, size=64MiB, type=uefi\nstart=65MiB, type=linux\n' | sfdisk -q "$menu.img"
  dd if=esp.fat of="$menu.img" bs=1M seek=1 conv=notrunc,sparse status=none
  dd if=root.ext4 of="$menu.img" bs=1M seek=65 conv=notrunc,sparse status=none
  rm esp.fat esp.cfg
done
rm -r grub-probe root.ext4 talking.cfg grubaa64.efi ours root
