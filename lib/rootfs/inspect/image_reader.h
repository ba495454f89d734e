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

/// A raw disk image, or a file with one filesystem, and everything in it. Nothing in it is trusted: names and texts
/// come from the image, see Printable().
struct ImageParts {
  struct Place {
    uint64_t start = 0;  ///< bytes
    uint64_t size = 0;   ///< bytes
  };
  std::unique_ptr<File> file;  ///< what the readers below read
  uint64_t size = 0;           ///< bytes
  std::optional<Gpt> table;    ///< none if the file is one filesystem

  std::optional<Place> esp_place;
  std::optional<Fat32Reader> esp;
  std::vector<Fat32Reader::Entry> esp_files;

  std::optional<Place> root_place;
  std::optional<Ext4Reader> root;
  Ext4Tree tree;

  std::optional<Place> verity_place;
  std::optional<VerityFacts> verity;
};

/// Reads partition table, metadata of the filesystems and dm-verity superblock of an image, but no file's content. A
/// directory is taken as a bundle, of which rootfs.img is read. kNotFound, with the next step, if that was not made
/// yet; kCorrupt if any of these is damaged, or if the file is neither a disk with a GPT nor an ext4 or FAT32
/// filesystem.
Result<ImageParts> ReadImage(const std::filesystem::path& path);

/// The content of a file of the ESP. kNotFound if it does not exist; kCorrupt if it is larger than `limit` bytes.
Result<ByteVector> ReadEspFile(const ImageParts& image, std::string_view path, uint64_t limit);

/// The kernel arguments in the GRUB configurations on the ESP, one text for each "linux" line.
Result<std::vector<std::string>> KernelCommandLines(const ImageParts& image);

}  // namespace hallmark
