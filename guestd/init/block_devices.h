// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "guestd/init/command_line.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// A disk or a partition, with every name that it may be asked for by.
struct BlockDevice {
  std::string node;  ///< "/dev/vda1"
  std::vector<DeviceName> names;
};

/// The UUID and the label in the superblock of a device that begins with `start`, at least 4096 bytes of it: of ext2,
/// ext3, ext4 and dm-verity. None if there is no such superblock.
std::vector<DeviceName> ProbeSuperblock(ByteSpan start);

/// The PARTUUID and the PARTLABEL of a disk's partitions, by number; from the backup GPT if the primary is damaged.
/// What is not UTF-16 in a label becomes "?". kCorrupt if there is no GPT that holds.
Result<std::map<uint32_t, std::vector<DeviceName>>> ReadPartitionNames(const File& disk, uint32_t sector_size);

/// The block devices that the kernel has found so far. Each is read once, when it is first seen.
class BlockDevices {
 public:
  /// `sys` and `dev` are where sysfs and devtmpfs are mounted.
  explicit BlockDevices(std::filesystem::path sys = "/sys", std::filesystem::path dev = "/dev")
      : sys_(std::move(sys)), dev_(std::move(dev)) {}

  /// Takes in what has appeared since the last call.
  void Refresh();

  /// The device of that name. kNotFound if it has not appeared, kCorrupt if two devices claim the name.
  [[nodiscard]] Result<BlockDevice> Find(const DeviceName& name) const;

  /// What was seen, for a person: "vda (vda1 PARTUUID=..., vda2 ...), nvme0n1 (unreadable: ...)".
  [[nodiscard]] std::string Describe() const;

 private:
  struct Seen {
    BlockDevice device;
    std::string trouble;  ///< why it could not be read; empty: it could
  };
  void Examine(const std::string& disk);

  std::filesystem::path sys_;
  std::filesystem::path dev_;
  std::map<std::string, Seen> seen_;  ///< by kernel name: "vda1"
};

}  // namespace hallmark::guest
