// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/guest_modules.h"

namespace hallmark {
namespace {

constexpr GuestModule kModules[] = {
    // Hashes before what asks for them: dm-verity and ext4 take the best implementation that is loaded when they start.
    {"sha256_generic", false, "dm-verity's hash on any processor"},
    {"sha256-arm64", false, "dm-verity's hash with NEON"},
    {"sha2-ce", false, "dm-verity's hash with the ARMv8 instructions for it"},
    {"sha256-ssse3", false, "dm-verity's hash with SSSE3, AVX2 or SHA-NI"},
    {"crc32c_generic", false, "ext4's metadata checksums on any processor"},
    {"crc32c-intel", false, "ext4's metadata checksums with SSE 4.2"},
    // Buses.
    {"virtio_pci", false, "devices of virtual machines with PCI"},
    {"virtio_mmio", false, "devices of virtual machines without PCI"},
    {"xhci-pci", false, "USB 3 on PCI"},
    {"xhci-plat-hcd", false, "USB 3 on boards"},
    // Disks.
    {"virtio_blk", false, "the disk of most virtual machines"},
    {"virtio_scsi", false, "the disk of others"},
    {"sd_mod", false, "disks behind SCSI, SATA and USB"},
    {"nvme", false, "NVMe disks, virtual or not"},
    {"ahci", false, "SATA disks"},
    {"usb-storage", false, "USB disks and sticks"},
    {"uas", false, "faster USB disks"},
    // The root.
    {"dm_mod", true, "device-mapper, for dm-verity"},
    {"dm_verity", true, "the verified root"},
    {"ext4", true, "the root's filesystem"},
    {"overlay", true, "what a boot changes, over the read-only root"},
    // What the guest's programs need before udev runs.
    {"virtio_console", false, "the port to the host"},
    {"virtio-rng", false, "entropy at first boot"},
    {"vmw_vsock_virtio_transport", false, "vsock to the host"},
    {"virtiofs", false, "folders shared by the host"},
    {"virtio_net", false, "the network of virtual machines"},
    {"exfat", false, "exchange volumes"},
};

}  // namespace

std::span<const GuestModule> GuestModules() { return kModules; }

}  // namespace hallmark
