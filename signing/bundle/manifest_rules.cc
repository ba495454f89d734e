// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/manifest_rules.h"

#include <algorithm>
#include <bit>

#include "lib/base/checked.h"
#include "lib/base/time.h"
#include "signing/document/statement.h"

namespace hallmark {
namespace {

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string BrokenDiskRule(const DiskDescription& disk, uint64_t image_size) {
  uint32_t last = 0;
  for (const Partition& partition : disk.partitions) {
    const std::string who = "partition " + std::to_string(partition.number);
    if (partition.number <= last) return who + ": numbers start at 1 and grow";
    last = partition.number;
    if (partition.size == 0 || !InBounds(partition.offset, partition.size, image_size)) {
      return who + ": not inside rootfs.img";
    }
    for (const Partition& other : disk.partitions) {
      if (other.number != partition.number && other.offset < partition.offset + partition.size &&
          partition.offset < other.offset + other.size) {
        return who + ": overlaps with partition " + std::to_string(other.number);
      }
    }
  }
  return {};
}

std::string BrokenVerityRule(const VerityParameters& verity, uint64_t image_size) {
  if (!std::has_single_bit(verity.block_size) || verity.block_size < 512)
    return "verity: block size is not a power of two";
  if (verity.salt.size() > kMaxVeritySalt) return "verity: salt longer than 256 bytes";
  if (verity.data_blocks == 0 || verity.data_blocks > image_size / verity.block_size ||
      !InBounds(verity.data_offset, verity.data_blocks * verity.block_size, image_size) ||
      !InBounds(verity.hash_offset, verity.block_size, image_size)) {
    return "verity: not inside rootfs.img";
  }
  return {};
}

}  // namespace

std::string BrokenRule(const Manifest& manifest) {
  if (!IsToken(manifest.name)) return "name: not of letters, digits and . _ + ~ -";
  if (!IsToken(manifest.version)) return "version: not of letters, digits and . _ + ~ -";
  if (!IsToken(manifest.architecture)) return "architecture: not of letters, digits and . _ + ~ -";
  if (manifest.least_sequence > manifest.sequence) return "leastSequence: larger than sequence";
  if (!IsPrintable(manifest.command_line)) return "commandLine: not printable ASCII";
  if (manifest.source_date_epoch > kLastUtcSecond) return "sourceDateEpoch: past the year 9999";
  for (size_t i = 0; i < manifest.artifacts.size(); ++i) {
    if (i != 0 && manifest.artifacts[i].role <= manifest.artifacts[i - 1].role) {
      return "artifacts: a role twice, or not in order";
    }
    if (manifest.artifacts[i].size > static_cast<uint64_t>(INT64_MAX)) return "artifacts: a size past 2^63 - 1";
  }
  const Artifact* rootfs = manifest.Find(ArtifactRole::kRootfs);
  if (rootfs == nullptr) return "artifacts: no rootfs";
  if (manifest.disk) {
    if (std::string rule = BrokenDiskRule(*manifest.disk, rootfs->size); !rule.empty()) return rule;
  }
  return manifest.verity ? BrokenVerityRule(*manifest.verity, rootfs->size) : std::string();
}

}  // namespace hallmark
