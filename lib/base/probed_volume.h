// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hallmark {

/// What a superblock says about its volume. The library of each format fills it in. Nothing in it is verified.
struct ProbedVolume {
  std::string_view kind;  ///< as blkid names it: "ext4", "vfat", "exfat", "DM_verity_hash"
  std::string label;      ///< empty if there is none
  std::string uuid;       ///< in the form that blkid prints; FAT and exFAT have a serial number there: "1234-ABCD"

  bool operator==(const ProbedVolume&) const = default;
};

/// A serial number of FAT and exFAT as blkid prints it: "1234-ABCD".
std::string FormatVolumeSerial(uint32_t serial);

}  // namespace hallmark
