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

/// A disk or a partition, with all names by which it may be asked for.
struct BlockDevice {
  std::string node;  ///< "/dev/vda1"
  std::vector<DeviceName> names;
};

/// The UUID and the label in the superblock of ext2, ext3, ext4 or dm-verity. `start` is at least the first 4096 bytes
/// of the device. Empty if there is no such superblock.
std::vector<DeviceName> ProbeSuperblock(ByteSpan start);

/// The PARTUUID and the PARTLABEL of each partition of a disk, by number. Reads the backup GPT if the primary is
/// damaged. Parts of a label that are not UTF-16 become "?". kCorrupt if neither GPT is sound.
Result<std::map<uint32_t, std::vector<DeviceName>>> ReadPartitionNames(const File& disk, uint32_t sector_size);

/// The block devices that the kernel has found so far. Each is read once, when it first appears.
class BlockDevices {
 public:
  /// `sys` and `dev` are where sysfs and devtmpfs are mounted.
  explicit BlockDevices(std::filesystem::path sys = "/sys", std::filesystem::path dev = "/dev")
      : sys_(std::move(sys)), dev_(std::move(dev)) {}

  /// Looks for devices that have appeared since the last call.
  void Refresh();

  /// The device with that name. kNotFound if it has not appeared, kCorrupt if two devices have the name.
  [[nodiscard]] Result<BlockDevice> Find(const DeviceName& name) const;

  /// The devices seen so far, for a person: "vda (vda1 PARTUUID=..., vda2 ...), nvme0n1 (unreadable: ...)".
  [[nodiscard]] std::string Describe() const;

 private:
  struct Seen {
    BlockDevice device;
    std::string trouble;  ///< why it could not be read; empty if it could
  };
  void Examine(const std::string& disk);

  std::filesystem::path sys_;
  std::filesystem::path dev_;
  std::map<std::string, Seen> seen_;  ///< by kernel name: "vda1"
};

}  // namespace hallmark::guest
