// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/reader.h"

#include <algorithm>

#include "lib/base/checked.h"
#include "lib/ext4/partition_io.h"
#include "lib/ext4/reader_state.h"

namespace hallmark {
namespace {

constexpr uint64_t kReadSize = uint64_t{1} << 20;

}  // namespace

namespace ext4 {

Result<ClaimedBlocks> ClaimGroups(const Ext4Reader::State& state) {
  const ext2_filsys fs = state.fs.get();
  const Ext4Superblock& super = state.superblock;
  ClaimedBlocks claimed(super.blocks);
  const uint64_t table_blocks = fs->inode_blocks_per_group;
  for (uint32_t group = 0; group < super.groups; ++group) {
    const std::string what = "block group " + std::to_string(group) + ": ";
    if (ext2fs_group_desc_csum_verify(fs, group) == 0) return CorruptError(what + "wrong checksum of its descriptor");
    const auto claim = [&](const char* part, uint64_t first, uint64_t count) -> Result<void> {
      const std::string problem = first == 0 && count == 1 ? std::string() : claimed.Claim(first, count);
      return problem.empty() ? Result<void>() : CorruptError(what + part + ": " + problem);
    };
    blk64_t copy = 0;
    blk64_t descriptors = 0;
    RETURN_IF_ERROR(ext2fs_super_and_bgd_loc2(fs, group, &copy, &descriptors, nullptr, nullptr) == 0
                        ? claim("superblock", copy, 1)
                        : Result<void>(CorruptError(what + "no place for its descriptors")));
    if (descriptors != 0) {
      RETURN_IF_ERROR(claim("descriptors", descriptors, fs->desc_blocks + fs->super->s_reserved_gdt_blocks));
    }
    const auto part = [&](const char* name, uint64_t first, uint64_t count) {
      return first == 0 ? Result<void>(CorruptError(what + name + ": no place")) : claim(name, first, count);
    };
    RETURN_IF_ERROR(part("block bitmap", ext2fs_block_bitmap_loc(fs, group), 1));
    RETURN_IF_ERROR(part("inode bitmap", ext2fs_inode_bitmap_loc(fs, group), 1));
    RETURN_IF_ERROR(part("inode table", ext2fs_inode_table_loc(fs, group), table_blocks));
  }
  return claimed;
}

}  // namespace ext4

Ext4Reader::Ext4Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ext4Reader::Ext4Reader(Ext4Reader&&) noexcept = default;
Ext4Reader& Ext4Reader::operator=(Ext4Reader&&) noexcept = default;
Ext4Reader::~Ext4Reader() = default;

Result<Ext4Reader> Ext4Reader::Open(const File& file, uint64_t offset, uint64_t size) {
  ASSIGN_OR_RETURN(const uint64_t file_size, file.Size());
  if (!InBounds(offset, size, file_size)) return CorruptError(file.path() + ": ext4: the file ends within it");
  auto state = std::make_unique<State>();
  state->file = &file;
  state->offset = offset;
  ASSIGN_OR_RETURN(state->superblock, ext4::ReadSuperblock(file, offset, size).WithContext(file.path() + ": ext4"));
  ext2_filsys opened = nullptr;
  const std::string name = ext4::PartitionIoName(file, offset, state->superblock.size());
  const errcode_t code =
      ext2fs_open2(name.c_str(), nullptr, EXT2_FLAG_64BITS, 0, 0, ext4::PartitionIoManager(), &opened);
  if (code != 0) return ext4::LibraryError(code, file.path() + ": ext4");
  state->fs.reset(opened);
  return Ext4Reader(std::move(state));
}

const Ext4Superblock& Ext4Reader::superblock() const { return state_->superblock; }

Result<void> Ext4Reader::ReadAt(const Ext4Inode& inode, uint64_t offset, MutableByteSpan buffer) const {
  const uint64_t block_size = state_->superblock.block_size;
  std::fill(buffer.begin(), buffer.end(), uint8_t{0});
  const uint64_t end = offset + buffer.size();
  auto extent = std::upper_bound(inode.extents.begin(), inode.extents.end(), offset / block_size,
                                 [](uint64_t block, const Ext4Extent& e) { return block < e.logical + e.blocks; });
  for (; extent != inode.extents.end() && extent->logical * block_size < end; ++extent) {
    const uint64_t extent_start = extent->logical * block_size;
    const uint64_t from = std::max(offset, extent_start);
    const uint64_t to = std::min(end, extent_start + extent->blocks * block_size);
    RETURN_IF_ERROR(
        state_->file->ReadAt(state_->offset + extent->physical * block_size + (from - extent_start),
                             buffer.subspan(static_cast<size_t>(from - offset), static_cast<size_t>(to - from))));
  }
  return {};
}

Result<void> Ext4Reader::Read(const Ext4Tree& tree, FileTree::Index index, Sink& sink) const {
  const uint64_t block_size = state_->superblock.block_size;
  const uint64_t size = tree.tree.inode(index).size;
  ByteVector buffer(std::min(kReadSize, RoundUp(size, block_size)));
  uint64_t at = 0;
  for (const Ext4Extent& extent : tree.inode(index).extents) {
    const uint64_t start = std::min(size, extent.logical * block_size);
    const uint64_t end = std::min(size, (extent.logical + extent.blocks) * block_size);
    if (start > at) RETURN_IF_ERROR(sink.WriteHole(start - at));
    for (at = std::max(at, start); at < end;) {
      const MutableByteSpan part = MutableByteSpan(buffer).first(std::min<uint64_t>(buffer.size(), end - at));
      RETURN_IF_ERROR(ReadAt(tree.inode(index), at, part));
      RETURN_IF_ERROR(sink.Write(part));
      at += part.size();
    }
  }
  return at < size ? sink.WriteHole(size - at) : Result<void>();
}

Result<std::string> Ext4Reader::ReadSmallFile(const Ext4Tree& tree, std::string_view path, uint64_t limit) const {
  ASSIGN_OR_RETURN(const FileTree::Index index, tree.tree.Find(path));
  const FileTree::Inode& inode = tree.tree.inode(index);
  if (!S_ISREG(inode.mode)) return UnsupportedError(std::string(path) + ": not a regular file");
  if (inode.size > limit) return CorruptError(std::string(path) + ": larger than " + std::to_string(limit) + " bytes");
  std::string content(inode.size, '\0');
  RETURN_IF_ERROR(ReadAt(tree.inode(index), 0, {reinterpret_cast<uint8_t*>(content.data()), content.size()}));
  return content;
}

}  // namespace hallmark
