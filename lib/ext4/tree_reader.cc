// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <string_view>

#include "lib/base/printable.h"
#include "lib/ext4/reader_state.h"

namespace hallmark {
namespace {

using ext4::ClaimedBlocks;
using ext4::DirectoryEntry;

constexpr int kMaxDepth = 256;
// Up to 1024 inodes share a block of attributes, so attributes can take more memory than disk space.
constexpr uint64_t kMaxXattrBytes = uint64_t{256} << 20;
constexpr uint64_t kMaxFileBlocks = uint64_t{1} << 32;
constexpr uint64_t kMaxLink = 4096;
constexpr FileTree::Index kUnread = std::numeric_limits<FileTree::Index>::max();

Timestamp DecodeTime(uint32_t seconds, uint32_t extra, bool has_extra) {
  Timestamp time{.seconds = static_cast<int32_t>(seconds)};
  if (!has_extra) return time;
  time.seconds += static_cast<int64_t>(extra & 3) << 32;
  time.nanoseconds = extra >> 2;
  return time;
}

bool HasExtra(const ext2_inode_large& raw, size_t end_of_field) {
  return uint64_t{EXT2_GOOD_OLD_INODE_SIZE} + raw.i_extra_isize >= end_of_field;
}
#define HALLMARK_TIME(raw, name)                     \
  DecodeTime((raw).i_##name, (raw).i_##name##_extra, \
             HasExtra(raw, offsetof(ext2_inode_large, i_##name##_extra) + sizeof(uint32_t)))

/// Old device numbers have 16 bits, in the first word; new ones are in the second (the kernel's new_decode_dev).
void DecodeDevice(const ext2_inode_large& raw, FileTree::Inode& inode) {
  const uint32_t old_number = raw.i_block[0];
  const uint32_t number = raw.i_block[1];
  if (old_number != 0) {
    inode.device_major = old_number >> 8 & 0xff;
    inode.device_minor = old_number & 0xff;
  } else {
    inode.device_major = number >> 8 & 0xfff;
    inode.device_minor = (number & 0xff) | (number >> 12 & 0xfff00);
  }
}

/// Reads every file of a filesystem, in the order of FileTree::Walk.
class TreeReader {
 public:
  TreeReader(const Ext4Reader& reader, const Ext4Reader::State& state, ClaimedBlocks claimed)
      : reader_(reader), state_(state), claimed_(std::move(claimed)), index_of_(state.superblock.inodes + 1, kUnread) {}

  Result<Ext4Tree> Read() {
    ASSIGN_OR_RETURN(const FileTree::Index root, ReadFile("/", EXT2_ROOT_INO).WithContext("/"));
    if (!S_ISDIR(result_.tree.inode(root).mode)) return CorruptError("the root is not a directory");
    RETURN_IF_ERROR(ReadDirectory("", root, EXT2_ROOT_INO, 0));
    return std::move(result_);
  }

 private:
  /// Puts inode `number` into the tree, without its entries if it is a directory.
  Result<FileTree::Index> ReadFile(const std::string& path, uint32_t number);
  Result<void> CheckInode(const ext2_inode_large& raw, const FileTree::Inode& inode, uint32_t number) const;
  Result<void> ReadLink(const ext2_inode_large& raw, const Ext4Inode& extra, FileTree::Inode& inode) const;
  Result<void> ReadDirectory(const std::string& path, FileTree::Index index, uint32_t parent, int depth);
  Result<FileTree::Index> ReadEntry(const std::string& path, FileTree::Index directory, const DirectoryEntry& entry);

  const Ext4Reader& reader_;
  const Ext4Reader::State& state_;
  ClaimedBlocks claimed_;
  std::vector<FileTree::Index> index_of_;  // by inode number
  uint64_t xattr_bytes_ = 0;
  Ext4Tree result_;
};

Result<void> TreeReader::CheckInode(const ext2_inode_large& raw, const FileTree::Inode& inode, uint32_t number) const {
  const std::string what = "inode " + std::to_string(number) + ": ";
  if (!S_ISREG(inode.mode) && !S_ISDIR(inode.mode) && !S_ISLNK(inode.mode) && !S_ISCHR(inode.mode) &&
      !S_ISBLK(inode.mode) && !S_ISFIFO(inode.mode) && !S_ISSOCK(inode.mode)) {
    return CorruptError(what + "an unknown type of file");
  }
  if (raw.i_links_count == 0) return CorruptError(what + "not in use, and has a name");
  if (inode.size > kMaxFileBlocks * state_.superblock.block_size) return CorruptError(what + "an impossible size");
  return {};
}

Result<void> TreeReader::ReadLink(const ext2_inode_large& raw, const Ext4Inode& extra, FileTree::Inode& inode) const {
  const std::string what = "inode " + std::to_string(extra.number) + ": symbolic link: ";
  if (inode.size == 0 || inode.size > kMaxLink) return CorruptError(what + "an impossible length");
  inode.data.resize(inode.size);
  ext2_inode_large copy = raw;
  if (ext2fs_is_fast_symlink(reinterpret_cast<ext2_inode*>(&copy)) != 0) {
    if (inode.size >= sizeof raw.i_block) return CorruptError(what + "an impossible length");
    std::copy_n(reinterpret_cast<const char*>(raw.i_block), inode.size, inode.data.begin());
  } else {
    RETURN_IF_ERROR(reader_.ReadAt(extra, 0, {reinterpret_cast<uint8_t*>(inode.data.data()), inode.data.size()}));
  }
  if (inode.data.find('\0') != std::string::npos) return CorruptError(what + "a zero byte in it");
  return {};
}

Result<FileTree::Index> TreeReader::ReadFile(const std::string& path, uint32_t number) {
  ASSIGN_OR_RETURN(ext2_inode_large raw, ext4::ReadInode(state_, number));
  FileTree::Inode inode{.mode = raw.i_mode};
  inode.uid = inode_uid(raw);
  inode.gid = inode_gid(raw);
  inode.mtime = HALLMARK_TIME(raw, mtime);
  if (S_ISREG(inode.mode) || S_ISLNK(inode.mode)) inode.size = EXT2_I_SIZE(&raw);
  if (S_ISCHR(inode.mode) || S_ISBLK(inode.mode)) DecodeDevice(raw, inode);
  RETURN_IF_ERROR(CheckInode(raw, inode, number));

  Ext4Inode extra{.number = number,
                  .flags = raw.i_flags,
                  .generation = raw.i_generation,
                  .links = raw.i_links_count,
                  .atime = HALLMARK_TIME(raw, atime),
                  .ctime = HALLMARK_TIME(raw, ctime),
                  .crtime = HALLMARK_TIME(raw, crtime)};
  extra.xattr_block = ext2fs_file_acl_block(state_.fs.get(), reinterpret_cast<const ext2_inode*>(&raw));
  RETURN_IF_ERROR(ext4::ReadBlockMap(state_, raw, claimed_, extra));
  if (S_ISLNK(inode.mode)) RETURN_IF_ERROR(ReadLink(raw, extra, inode));
  ASSIGN_OR_RETURN(inode.xattrs, ext4::ReadXattrs(state_, number));
  for (const Xattr& xattr : inode.xattrs) xattr_bytes_ += xattr.name.size() + xattr.value.size();
  if (xattr_bytes_ > kMaxXattrBytes) return UnsupportedError("more than 256 MiB of extended attributes");

  ASSIGN_OR_RETURN(index_of_[number], result_.tree.Put(path, std::move(inode)));
  result_.inodes.push_back(std::move(extra));
  return index_of_[number];
}

/// Adds the file that an entry names to the tree: a new inode, or another name for an inode that is already there.
Result<FileTree::Index> TreeReader::ReadEntry(const std::string& path, FileTree::Index directory,
                                              const DirectoryEntry& entry) {
  if (entry.inode < state_.fs->super->s_first_ino && state_.fs->super->s_rev_level != EXT2_GOOD_OLD_REV) {
    return CorruptError("reserved inode " + std::to_string(entry.inode));
  }
  const FileTree::Index known = index_of_[entry.inode];
  if (known == kUnread) return ReadFile(path, entry.inode);
  if (S_ISDIR(result_.tree.inode(known).mode)) return CorruptError("a second name of a directory");
  result_.tree.inode(directory).entries.push_back({entry.name, known});
  return known;
}

Result<void> TreeReader::ReadDirectory(const std::string& path, FileTree::Index index, uint32_t parent, int depth) {
  if (depth > kMaxDepth) return UnsupportedError(Printable(path) + ": directories nest too deep");
  ext2_inode_large raw{};
  const Ext4Inode directory = result_.inodes[index];  // a copy: the vector grows
  ASSIGN_OR_RETURN(raw, ext4::ReadInode(state_, directory.number));
  ASSIGN_OR_RETURN(
      const std::vector<DirectoryEntry> entries,
      ext4::ReadDirectory(state_, directory, EXT2_I_SIZE(&raw), parent).WithContext(Printable(path) + "/"));
  result_.tree.inode(index).link_count = 2;
  result_.tree.inode(index).entries.reserve(entries.size());
  for (const DirectoryEntry& entry : entries) {
    const std::string entry_path = path + "/" + entry.name;
    ASSIGN_OR_RETURN(const FileTree::Index child,
                     ReadEntry(entry_path, index, entry).WithContext(Printable(entry_path)));
    if (S_ISDIR(result_.tree.inode(child).mode)) {
      ++result_.tree.inode(index).link_count;
      RETURN_IF_ERROR(ReadDirectory(entry_path, child, directory.number, depth + 1));
    } else {
      ++result_.tree.inode(child).link_count;
    }
  }
  return {};
}

}  // namespace

Result<Ext4Tree> Ext4Reader::ReadTree() const {
  const std::string context = state_->file->path() + ": ext4";
  ASSIGN_OR_RETURN(ClaimedBlocks claimed, ext4::ClaimGroups(*state_).WithContext(context));
  return TreeReader(*this, *state_, std::move(claimed)).Read().WithContext(context);
}

}  // namespace hallmark
