// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/directory.h"

#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "lib/base/checked.h"
#include "lib/base/crc32c.h"
#include "lib/ext4/ext4_format.h"

namespace hallmark::ext4 {
namespace {

constexpr uint32_t kDotsLength = 12;  // record length of "." and of ".."

/// One name of a directory.
struct Name {
  std::string_view name;
  uint32_t inode = 0;  ///< its number; 0 while only sizes are computed
  uint8_t type = 0;
  uint32_t hash = 0;
  uint32_t minor = 0;
};

uint32_t RecordLength(size_t name_length) {
  return static_cast<uint32_t>(RoundUp(sizeof(DirectoryEntryHeader) + name_length, 4));
}

uint8_t FileType(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return EXT2_FT_REG_FILE;
    case S_IFDIR:
      return EXT2_FT_DIR;
    case S_IFCHR:
      return EXT2_FT_CHRDEV;
    case S_IFBLK:
      return EXT2_FT_BLKDEV;
    case S_IFIFO:
      return EXT2_FT_FIFO;
    case S_IFSOCK:
      return EXT2_FT_SOCK;
    case S_IFLNK:
      return EXT2_FT_SYMLINK;
    default:
      return EXT2_FT_UNKNOWN;
  }
}

template <typename T>
void Put(MutableByteSpan block, size_t offset, const T& value) {
  std::memcpy(block.data() + offset, &value, sizeof value);
}

/// Fills one block with entries; the last one extends to the end of the space for entries.
class BlockWriter {
 public:
  explicit BlockWriter(MutableByteSpan block) : block_(block) {}

  void Add(uint32_t inode, std::string_view name, uint8_t type) {
    last_ = used_;
    used_ += RecordLength(name.size());
    WriteHeader(last_, inode, used_ - last_, name.size(), type);
    std::memcpy(block_.data() + last_ + sizeof(DirectoryEntryHeader), name.data(), name.size());
  }
  /// Completes the block: the last entry gets the space that is left, and a checksum follows it.
  void Finish(uint32_t checksum_seed) {
    if (used_ == 0) {
      WriteHeader(0, 0, kDirectoryRoom, 0, 0);
    } else {
      Put(block_, last_ + offsetof(DirectoryEntryHeader, record_length),
          Le16(static_cast<uint16_t>(kDirectoryRoom - last_)));
    }
    DirectoryTail tail{};
    tail.record_length = sizeof tail;
    tail.file_type = kTailFileType;
    tail.checksum = Crc32c(checksum_seed, block_.first(kDirectoryRoom));
    Put(block_, kDirectoryRoom, tail);
  }

 private:
  void WriteHeader(size_t offset, uint32_t inode, size_t length, size_t name_length, uint8_t type) {
    DirectoryEntryHeader header;
    header.inode = inode;
    header.record_length = static_cast<uint16_t>(length);
    header.name_length = static_cast<uint8_t>(name_length);
    header.file_type = type;
    Put(block_, offset, header);
  }

  MutableByteSpan block_;
  size_t used_ = 0;
  size_t last_ = 0;
};

std::vector<Name> NamesOf(const DirectoryInput& input) {
  std::vector<Name> names;
  for (const FileTree::Entry& entry : input.tree->inode(input.directory).entries) {
    names.push_back({entry.name, (*input.numbers)[entry.inode], FileType(input.tree->inode(entry.inode).mode)});
  }
  if (input.directory == FileTree::kRoot && input.lost_found != 0) {
    names.push_back({kLostFoundName, input.lost_found, EXT2_FT_DIR});
  }
  return names;
}

bool FitsOneBlock(const std::vector<Name>& names) {
  uint64_t length = 2 * uint64_t{kDotsLength};
  for (const Name& name : names) length += RecordLength(name.name.size());
  return length <= kDirectoryRoom;
}

/// Sorts names as a hash tree requires: by hash, then by minor hash and by name, so that the order is the same
/// everywhere.
Result<void> SortByHash(const DirectoryInput& input, std::vector<Name>* names) {
  constexpr int kHalfMd4Unsigned = EXT2_HASH_HALF_MD4_UNSIGNED;
  uint32_t seed[4];
  std::memcpy(seed, input.hash_seed.data(), sizeof seed);
  for (Name& name : *names) {
    if (ext2fs_dirhash(kHalfMd4Unsigned, name.name.data(), static_cast<int>(name.name.size()), seed, &name.hash,
                       &name.minor) != 0) {
      return InternalError("no directory hash for '" + std::string(name.name) + "'");
    }
  }
  std::sort(names->begin(), names->end(), [](const Name& a, const Name& b) {
    return std::tie(a.hash, a.minor, a.name) < std::tie(b.hash, b.minor, b.name);
  });
  return {};
}

/// The leaves of a hash tree: the names of each block.
struct Leaf {
  size_t first = 0;
  size_t end = 0;
  uint32_t hash = 0;  ///< the lowest hash; bit 0 set if the block before ends with the same one
};

std::vector<Leaf> PackLeaves(const std::vector<Name>& names) {
  std::vector<Leaf> leaves;
  uint64_t used = kDirectoryRoom;
  for (size_t i = 0; i < names.size(); ++i) {
    const uint32_t length = RecordLength(names[i].name.size());
    if (used + length > kDirectoryRoom) {
      const bool goes_on = i > 0 && names[i - 1].hash == names[i].hash;
      leaves.push_back({i, i, names[i].hash | (goes_on ? 1u : 0u)});
      used = 0;
    }
    used += length;
    leaves.back().end = i + 1;
  }
  leaves.front().hash = 0;
  return leaves;
}

/// Number of index blocks between root and leaves: none if the root has room for all leaves.
uint64_t IndexNodes(uint64_t leaves) { return leaves <= kIndexRootLimit ? 0 : DivideRoundUp(leaves, kIndexNodeLimit); }

/// Writes limit, count, entries and checksum of an index block. `entries` are pairs of hash and block; the first hash
/// is not stored.
void WriteIndex(MutableByteSpan block, uint32_t offset, uint32_t limit, std::span<const IndexEntry> entries,
                uint32_t checksum_seed) {
  IndexLimit head;
  head.limit = static_cast<uint16_t>(limit);
  head.count = static_cast<uint16_t>(entries.size());
  head.block = entries.front().block;
  Put(block, offset, head);
  for (size_t i = 1; i < entries.size(); ++i) Put(block, offset + i * sizeof(IndexEntry), entries[i]);
  IndexTail tail{};
  const uint32_t used = Crc32c(checksum_seed, block.first(offset + entries.size() * sizeof(IndexEntry)));
  tail.checksum = Crc32c(used, StructBytes(tail));
  Put(block, offset + limit * sizeof(IndexEntry), tail);
}

void WriteRootDots(MutableByteSpan block, const DirectoryInput& input, uint8_t levels) {
  DirectoryEntryHeader dot;
  dot.inode = input.inode;
  dot.record_length = kDotsLength;
  dot.name_length = 1;
  dot.file_type = EXT2_FT_DIR;
  Put(block, 0, dot);
  block[sizeof dot] = '.';
  DirectoryEntryHeader up = dot;
  up.inode = input.parent;
  up.record_length = kBlockSize - kDotsLength;  // hides the index from readers that do not know it
  up.name_length = 2;
  Put(block, kDotsLength, up);
  block[kDotsLength + sizeof up] = '.';
  block[kDotsLength + sizeof up + 1] = '.';
  IndexRootInfo info{};
  info.hash_version = kHalfMd4;
  info.info_length = sizeof info;
  info.extra_levels = levels;
  Put(block, 2 * size_t{kDotsLength}, info);
}

/// Root, index blocks and leaves, in this order.
ByteVector MakeHashTree(const DirectoryInput& input, const std::vector<Name>& names, const std::vector<Leaf>& leaves) {
  const uint64_t nodes = IndexNodes(leaves.size());
  ByteVector blocks((1 + nodes + leaves.size()) * kBlockSize);
  const auto block = [&blocks](uint64_t number) {
    return MutableByteSpan(blocks).subspan(number * kBlockSize, kBlockSize);
  };
  std::vector<IndexEntry> entries;
  for (size_t i = 0; i < leaves.size(); ++i) {
    BlockWriter writer(block(1 + nodes + i));
    for (size_t k = leaves[i].first; k < leaves[i].end; ++k) {
      writer.Add(names[k].inode, names[k].name, names[k].type);
    }
    writer.Finish(input.checksum_seed);
    entries.push_back({leaves[i].hash, static_cast<uint32_t>(1 + nodes + i)});
  }
  if (nodes > 0) {
    std::vector<IndexEntry> above;
    for (uint64_t node = 0; node < nodes; ++node) {
      const size_t first = node * kIndexNodeLimit;
      const std::span<const IndexEntry> part =
          std::span(entries).subspan(first, std::min<size_t>(kIndexNodeLimit, entries.size() - first));
      DirectoryEntryHeader hidden{};
      hidden.record_length = kBlockSize;
      Put(block(1 + node), 0, hidden);
      WriteIndex(block(1 + node), kIndexNodeOffset, kIndexNodeLimit, part, input.checksum_seed);
      above.push_back({part.front().hash, static_cast<uint32_t>(1 + node)});
    }
    entries = std::move(above);
  }
  WriteRootDots(block(0), input, nodes > 0 ? 1 : 0);
  WriteIndex(block(0), kIndexRootOffset, kIndexRootLimit, entries, input.checksum_seed);
  return blocks;
}

Result<void> CheckTreeSize(uint64_t leaves) {
  if (IndexNodes(leaves) <= kIndexRootLimit) return {};
  return UnsupportedError("a directory with more files than an index of two levels holds");
}

}  // namespace

Result<Directory> MakeDirectory(const DirectoryInput& input) {
  std::vector<Name> names = NamesOf(input);
  if (!FitsOneBlock(names)) {
    RETURN_IF_ERROR(SortByHash(input, &names));
    const std::vector<Leaf> leaves = PackLeaves(names);
    RETURN_IF_ERROR(CheckTreeSize(leaves.size()));
    return Directory{MakeHashTree(input, names, leaves), true};
  }
  Directory directory{ByteVector(kBlockSize), false};
  BlockWriter writer(directory.blocks);
  writer.Add(input.inode, ".", EXT2_FT_DIR);
  writer.Add(input.parent, "..", EXT2_FT_DIR);
  for (const Name& name : names) writer.Add(name.inode, name.name, name.type);
  writer.Finish(input.checksum_seed);
  return directory;
}

Result<DirectorySize> MeasureDirectory(const DirectoryInput& input) {
  std::vector<Name> names = NamesOf(input);
  if (FitsOneBlock(names)) return DirectorySize{1, false};
  RETURN_IF_ERROR(SortByHash(input, &names));
  const uint64_t leaves = PackLeaves(names).size();
  RETURN_IF_ERROR(CheckTreeSize(leaves));
  return DirectorySize{1 + IndexNodes(leaves) + leaves, true};
}

ByteVector MakeEmptyDirectory(uint32_t inode, uint32_t parent, uint32_t checksum_seed, uint32_t blocks) {
  ByteVector bytes(uint64_t{blocks} * kBlockSize);
  for (uint32_t i = 0; i < blocks; ++i) {
    BlockWriter writer(MutableByteSpan(bytes).subspan(uint64_t{i} * kBlockSize, kBlockSize));
    if (i == 0) {
      writer.Add(inode, ".", EXT2_FT_DIR);
      writer.Add(parent, "..", EXT2_FT_DIR);
    }
    writer.Finish(checksum_seed);
  }
  return bytes;
}

}  // namespace hallmark::ext4
