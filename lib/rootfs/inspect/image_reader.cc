// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/image_reader.h"

#include <fcntl.h>

#include <algorithm>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/guid.h"
#include "lib/base/sink.h"
#include "lib/base/text.h"
#include "lib/ext4/superblock.h"
#include "lib/gpt/partition_types.h"
#include "lib/gpt/reader.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using Place = ImageParts::Place;

constexpr size_t kFrontSize = kExt4ProbeSize;
static_assert(kFrontSize >= kGptProbeSize);
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

Result<ByteVector> ReadFront(const File& file, uint64_t offset) {
  ByteVector front(kFrontSize);
  ASSIGN_OR_RETURN(const size_t size, file.ReadUpTo(offset, front));
  front.resize(size);
  return front;
}

Place PlaceOf(const GptPartition& partition) { return {partition.start, partition.size}; }

/// Finds the role of each partition by its type. If none has the type of a root, the first with an ext4 filesystem is
/// the root.
Result<void> FindPartitions(ImageParts& image) {
  for (const GptPartition& partition : image.table->partitions) {
    const Guid& type = partition.type;
    if (type == kEspPartitionType && !image.esp_place) image.esp_place = PlaceOf(partition);
    for (const RootPartitionTypes& types : kRootPartitionTypes) {
      if (type == types.root && !image.root_place) image.root_place = PlaceOf(partition);
      if (type == types.verity && !image.verity_place) image.verity_place = PlaceOf(partition);
    }
  }
  for (const GptPartition& partition : image.table->partitions) {
    if (image.root_place || partition.type != kLinuxPartitionType) continue;
    ASSIGN_OR_RETURN(const ByteVector front, ReadFront(*image.file, partition.start));
    if (LooksLikeExt4(front)) image.root_place = PlaceOf(partition);
  }
  return {};
}

Result<void> FindParts(ImageParts& image) {
  ASSIGN_OR_RETURN(const ByteVector front, ReadFront(*image.file, 0));
  const Place whole{0, image.size};
  if (LooksLikeGpt(front)) {
    ASSIGN_OR_RETURN(image.table, ReadGpt(*image.file));
    return FindPartitions(image);
  }
  if (LooksLikeExt4(front)) {
    image.root_place = whole;
  } else if (LooksLikeFat32(front)) {
    image.esp_place = whole;
  } else {
    Error error = CorruptError(image.file->path() + ": neither a disk with a GPT nor an ext4 or FAT32 filesystem");
    if (AsText(front).starts_with(kZstdMagic))
      return std::move(error).WithHint("it is compressed: 'zstd -d' makes the image of it");
    return error;
  }
  return {};
}

}  // namespace

Result<ImageParts> ReadImage(const fs::path& path) {
  std::error_code ignored;
  const bool bundle = fs::is_directory(path, ignored);
  // O_NONBLOCK: a FIFO is refused instead of waited for.
  Result<File> file = File::Open(bundle ? path / "rootfs.img" : path, O_RDONLY | O_NONBLOCK);
  if (!file.ok() && bundle && file.error().kind == ErrorKind::kNotFound) {
    return std::move(file).error().WithHint("'hallmark restore' makes it from rootfs.img.zst");
  }
  if (!file.ok()) return std::move(file).error();
  ImageParts image;
  image.file = std::make_unique<File>(std::move(file).value());
  ASSIGN_OR_RETURN(const struct stat status, image.file->Stat());
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
    return UnsupportedError(image.file->path() + ": neither a file nor a block device");
  }
  ASSIGN_OR_RETURN(image.size, image.file->Size());
  RETURN_IF_ERROR(FindParts(image));
  if (image.esp_place) {
    ASSIGN_OR_RETURN(image.esp, Fat32Reader::Open(*image.file, image.esp_place->start, image.esp_place->size));
    ASSIGN_OR_RETURN(image.esp_files, image.esp->List());
  }
  if (image.root_place) {
    ASSIGN_OR_RETURN(image.root, Ext4Reader::Open(*image.file, image.root_place->start, image.root_place->size));
    ASSIGN_OR_RETURN(image.tree, image.root->ReadTree());
  }
  if (image.verity_place) {
    ASSIGN_OR_RETURN(image.verity, ReadVerity(*image.file, image.verity_place->start, image.verity_place->size));
  }
  return image;
}

Result<ByteVector> ReadEspFile(const ImageParts& image, std::string_view path, uint64_t limit) {
  const auto entry = std::find_if(image.esp_files.begin(), image.esp_files.end(),
                                  [&](const Fat32Reader::Entry& e) { return !e.directory && e.path == path; });
  const std::string what = "the EFI system partition: " + std::string(path);
  if (entry == image.esp_files.end()) return NotFoundError(what + ": no such file");
  if (entry->size > limit) return CorruptError(what + ": larger than " + std::to_string(limit) + " bytes");
  MemorySink sink;
  RETURN_IF_ERROR(image.esp->Read(*entry, sink));
  return sink.bytes();
}

Result<std::vector<std::string>> KernelCommandLines(const ImageParts& image) {
  constexpr uint64_t kLimit = 1 << 20;
  std::vector<std::string> lines;
  for (const Fat32Reader::Entry& entry : image.esp_files) {
    if (entry.directory || !entry.path.ends_with("/grub.cfg") || entry.size > kLimit) continue;
    ASSIGN_OR_RETURN(const ByteVector bytes, ReadEspFile(image, entry.path, kLimit));
    for (std::string_view rest = AsText(bytes); const auto taken = TakeLine(rest);) {
      std::string_view line = *taken;
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (!line.starts_with("linux ")) continue;
      line.remove_prefix(line.find(' ') + 1);
      const size_t arguments = line.find(' ');  // after the kernel's file name
      lines.emplace_back(arguments == std::string_view::npos ? "" : line.substr(arguments + 1));
    }
  }
  return lines;
}

}  // namespace hallmark
