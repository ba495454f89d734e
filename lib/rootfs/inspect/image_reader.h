// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/ext4/reader.h"
#include "lib/fat/reader.h"
#include "lib/gpt/gpt.h"
#include "lib/verity/reader.h"

namespace hallmark {

/// A raw disk image, or a file that holds one filesystem, with all that is in it. Nothing in it is trusted: names and
/// texts are those of the image, see Printable().
struct ImageParts {
  struct Place {
    uint64_t start = 0;  ///< bytes
    uint64_t size = 0;   ///< bytes
  };
  std::unique_ptr<File> file;  ///< what the readers below read
  uint64_t size = 0;           ///< bytes
  std::optional<Gpt> table;    ///< none: the file is one filesystem

  std::optional<Place> esp_place;
  std::optional<Fat32Reader> esp;
  std::vector<Fat32Reader::Entry> esp_files;

  std::optional<Place> root_place;
  std::optional<Ext4Reader> root;
  Ext4Tree tree;

  std::optional<Place> verity_place;
  std::optional<VerityFacts> verity;
};

/// Reads partition table, filesystems' metadata and dm-verity superblock of an image; no file's content. A directory is
/// taken for a bundle: its rootfs.img is meant. kNotFound, with the next step, if it was not made yet; kCorrupt if any
/// of those is damaged, or the file is neither a disk with a GPT nor an ext4 or FAT32 filesystem.
Result<ImageParts> ReadImage(const std::filesystem::path& path);

/// The content of a file of the ESP. kNotFound; kCorrupt if it is larger than `limit` bytes.
Result<ByteVector> ReadEspFile(const ImageParts& image, std::string_view path, uint64_t limit);

/// What the GRUB configurations on the ESP tell the kernel: the arguments of every "linux" line.
Result<std::vector<std::string>> KernelCommandLines(const ImageParts& image);

}  // namespace hallmark
