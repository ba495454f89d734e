// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/inspect/image_reader.h"

namespace hallmark {

/// One thing in which two images differ. Texts are those of the images: see Printable().
struct Difference {
  /// Where a difference can be.
  enum class Area {
    kDisk,        ///< partition table, and what lies between the partitions
    kEsp,         ///< the EFI system partition
    kFilesystem,  ///< the root filesystem's own structures
    kFile,        ///< of the root filesystem
    kPackage,     ///< that dpkg's database knows
    kVerity,      ///< the dm-verity hash device
    kBundle,      ///< another file of the bundle
  };
  Area area = Area::kDisk;
  std::string name;       ///< of the thing: a path, "partition 1", "superblock"; may be empty
  std::string attribute;  ///< what of it: "mode", "content", "s_wtime"
  std::string first;      ///< its value in the first image; kAbsent where it does not exist
  std::string second;

  bool operator==(const Difference&) const = default;
};
using Differences = std::vector<Difference>;
constexpr std::string_view kAbsent = "absent";

/// "disk", "esp", "filesystem", ...
std::string_view AreaName(Difference::Area area);
/// "file /etc/passwd: mode: 0644 | 0600": one line, fit for a terminal.
std::string FormatDifference(const Difference& difference);

/// Everything in which two images differ, by name. Empty exactly if they are the same to the last byte: what has no
/// better name is named by the structure that it lies in.
Result<Differences> DiffImages(const ImageParts& first, const ImageParts& second);

/// The packages of two root filesystems: versions, and which are in one only. Empty if neither has dpkg's database.
Result<Differences> DiffPackages(const ImageParts& first, const ImageParts& second);

/// The files of two root filesystems: presence, type, mode, owner, times, extended attributes, links, device numbers,
/// targets, sizes and contents.
Result<Differences> DiffFiles(const ImageParts& first, const ImageParts& second);

/// Where two files differ first, in bytes; nothing if they are the same. Holes of both are passed over.
Result<std::optional<uint64_t>> FirstDifference(const File& first, const File& second);

}  // namespace hallmark
