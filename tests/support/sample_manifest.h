// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/bytes.h"
#include "signing/bundle/manifest.h"

namespace hallmark::testing {

/// A manifest with every member set.
inline Manifest SampleManifest() {
  Manifest manifest;
  manifest.name = "debian-12-arm64";
  manifest.version = "1.0";
  manifest.architecture = "arm64";
  manifest.sequence = 7;
  manifest.least_sequence = 5;
  manifest.source_date_epoch = 1793534400;
  manifest.lock_sha256 = Sha256(AsBytes("lock"));
  manifest.artifacts = {{ArtifactRole::kRootfs, 16 << 20, Sha256(AsBytes("raw")), Sha1(AsBytes("raw"))},
                        {ArtifactRole::kRootfsCompressed, 4096, Sha256(AsBytes("zst")), Sha1(AsBytes("zst"))},
                        {ArtifactRole::kChunkTable, 512, Sha256(AsBytes("table")), std::nullopt},
                        {ArtifactRole::kSmolBin, 10 << 20, Sha256(AsBytes("smol")), std::nullopt}};
  DiskDescription disk;
  disk.guid = ParseGuid("00112233-4455-6677-8899-aabbccddeeff").value();
  disk.table_sha256 = Sha256(AsBytes("front"));
  disk.backup_sha256 = Sha256(AsBytes("back"));
  disk.partitions = {
      {1, 9 << 20, 4 << 20, ParseGuid("b921b045-1df0-41c3-af44-4c6f280d3fae").value(),
       ParseGuid("01010101-0101-0101-0101-010101010101").value(), "rootfs", uint64_t{1} << 60, std::nullopt},
      {15, 1 << 20, 8 << 20, ParseGuid("c12a7328-f81f-11d2-ba4b-00a0c93ec93b").value(),
       ParseGuid("02020202-0202-0202-0202-020202020202").value(), "EFI", 0, Sha256(AsBytes("esp"))}};
  manifest.disk = disk;
  VerityParameters verity;
  verity.root_hash = Sha256(AsBytes("root"));
  verity.salt = ByteVector(32, 0xA5);
  verity.data_offset = 9 << 20;
  verity.data_blocks = 1024;
  verity.hash_offset = 13 << 20;
  manifest.verity = verity;
  manifest.smol_bin_least_sequence = 3;
  manifest.policy_least_sequence = 2;
  manifest.command_line = "roothash=1234 console=hvc0";
  return manifest;
}

}  // namespace hallmark::testing
