// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/rootfs/inspect/image_reader.h"

namespace hallmark {

/// One difference between two images. Its texts come from the images: see Printable().
struct Difference {
  /// Where a difference can be.
  enum class Area {
    kDisk,        ///< partition table, and bytes between the partitions
    kEsp,         ///< the EFI system partition
    kFilesystem,  ///< the root filesystem's own structures
    kFile,        ///< of the root filesystem
    kPackage,     ///< a file of the root filesystem
    kVerity,      ///< a package in dpkg's database
    kBundle,      ///< another file of the bundle
  };
  Area area = Area::kDisk;
  std::string name;       ///< of the thing: a path, "partition 1", "superblock"; may be empty
  std::string attribute;  ///< which property of it: "mode", "content", "s_wtime"
  std::string first;      ///< its value in the first image; kAbsent if it does not exist
  std::string second;

  bool operator==(const Difference&) const = default;
};
using Differences = std::vector<Difference>;
constexpr std::string_view kAbsent = "absent";

/// "disk", "esp", "filesystem", ...
std::string_view AreaName(Difference::Area area);
/// "file /etc/passwd: mode: 0644 | 0600": one line, safe for a terminal.
std::string FormatDifference(const Difference& difference);

/// All differences between two images, each with a name. Empty exactly if the images are equal to the last byte: bytes
/// without a better name are named after the structure that holds them.
Result<Differences> DiffImages(const ImageParts& first, const ImageParts& second);

/// Differences between the packages of two root filesystems: versions, and packages that only one has. Empty if neither
/// has dpkg's database.
Result<Differences> DiffPackages(const ImageParts& first, const ImageParts& second);

/// Differences between the files of two root filesystems: presence, type, mode, owner, times, extended attributes,
/// links, device numbers, targets, sizes and contents.
Result<Differences> DiffFiles(const ImageParts& first, const ImageParts& second);

/// The offset in bytes of the first difference between two files; nothing if they are equal. Skips what is a hole in
/// both.
Result<std::optional<uint64_t>> FirstDifference(const File& first, const File& second);

}  // namespace hallmark
