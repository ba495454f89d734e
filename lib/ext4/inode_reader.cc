// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/ext4/reader_state.h"

namespace hallmark::ext4 {
namespace {

using ExtentHandle = std::unique_ptr<ext2_extent_handle, Deleter<ext2fs_extent_free>>;

void CloseXattrs(ext2_xattr_handle* handle) { (void)ext2fs_xattrs_close(&handle); }
using XattrHandle = std::unique_ptr<ext2_xattr_handle, Deleter<CloseXattrs>>;

constexpr uint64_t kMaxFileBlocks = uint64_t{1} << 32;  // logical block numbers have 32 bits

std::string InodeText(uint32_t number) { return "inode " + std::to_string(number); }

/// Collects the blocks of one file, in order.
class MapBuilder {
 public:
  MapBuilder(ClaimedBlocks& claimed, uint64_t block_size, Ext4Inode& inode)
      : claimed_(claimed), block_size_(block_size), inode_(inode) {}

  void AddIndexBlock(uint64_t block) {
    if (!Claim(block, 1)) return;
    inode_.index_blocks.push_back(block);
  }
  /// `written` is false for blocks that belong to the file but read as zeros.
  void AddExtent(const Ext4Extent& extent, bool written) {
    if (extent.logical < next_ || extent.blocks == 0 || extent.logical + extent.blocks > kMaxFileBlocks) {
      problem_ = "blocks out of order";
      return;
    }
    if (!Claim(extent.physical, extent.blocks)) return;
    next_ = extent.logical + extent.blocks;
    if (!written) return;
    Ext4Extent* last = inode_.extents.empty() ? nullptr : &inode_.extents.back();
    if (last != nullptr && last->logical + last->blocks == extent.logical &&
        last->physical + last->blocks == extent.physical) {
      last->blocks += extent.blocks;
    } else {
      inode_.extents.push_back(extent);
    }
  }
  /// What is wrong; empty if nothing is.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool Claim(uint64_t first, uint64_t count) {
    problem_ = claimed_.Claim(first, count);
    if (problem_.empty()) inode_.allocated += count * block_size_;
    return problem_.empty();
  }

  ClaimedBlocks& claimed_;
  uint64_t block_size_;
  Ext4Inode& inode_;
  uint64_t next_ = 0;  // the lowest logical block that may come next
  std::string problem_;
};

Result<void> ReadExtents(const Ext4Reader::State& state, uint32_t number, ext2_inode_large& raw, MapBuilder& map) {
  ext2_extent_handle_t opened = nullptr;
  if (const errcode_t code = ext2fs_extent_open2(state.fs.get(), number, reinterpret_cast<ext2_inode*>(&raw), &opened);
      code != 0) {
    return LibraryError(code, InodeText(number) + ": extents");
  }
  const ExtentHandle handle(opened);
  ext2fs_extent extent{};
  for (int step = EXT2_EXTENT_ROOT;; step = EXT2_EXTENT_NEXT) {
    const errcode_t code = ext2fs_extent_get(handle.get(), step, &extent);
    if (code == EXT2_ET_EXTENT_NO_NEXT) return {};
    if (code != 0) return LibraryError(code, InodeText(number) + ": extents");
    if ((extent.e_flags & EXT2_EXTENT_FLAGS_SECOND_VISIT) != 0) continue;
    if ((extent.e_flags & EXT2_EXTENT_FLAGS_LEAF) == 0) {
      map.AddIndexBlock(extent.e_pblk);
    } else {
      map.AddExtent({extent.e_lblk, extent.e_pblk, extent.e_len}, (extent.e_flags & EXT2_EXTENT_FLAGS_UNINIT) == 0);
    }
    if (!map.problem().empty()) return CorruptError(InodeText(number) + ": extents: " + map.problem());
  }
}

int AddMappedBlock(ext2_filsys, blk64_t* block, e2_blkcnt_t logical, blk64_t, int, void* map_pointer) noexcept {
  MapBuilder& map = *static_cast<MapBuilder*>(map_pointer);
  if (logical < 0) {
    map.AddIndexBlock(*block);
  } else {
    map.AddExtent({static_cast<uint64_t>(logical), *block, 1}, true);
  }
  return map.problem().empty() ? 0 : BLOCK_ABORT;
}

/// Reads the block map of ext2 and ext3.
Result<void> ReadIndirect(const Ext4Reader::State& state, uint32_t number, MapBuilder& map) {
  const errcode_t code =
      ext2fs_block_iterate3(state.fs.get(), number, BLOCK_FLAG_READ_ONLY, nullptr, AddMappedBlock, &map);
  if (!map.problem().empty()) return CorruptError(InodeText(number) + ": block map: " + map.problem());
  if (code != 0) return LibraryError(code, InodeText(number) + ": block map");
  return {};
}

/// Entries of an access control list without a named user or group have the id 0 from libext2fs, but ACL_UNDEFINED_ID
/// from getxattr (posix_acl_xattr.h). Changes the former into the latter.
void MendAcl(std::string& value) {
  constexpr size_t kHeader = 4;
  constexpr size_t kEntry = 8;  // tag, permissions, id
  constexpr char kUser = 0x02;
  constexpr char kGroup = 0x08;
  for (size_t at = kHeader; at + kEntry <= value.size(); at += kEntry) {
    if (value[at] != kUser && value[at] != kGroup) value.replace(at + 4, 4, 4, '\xff');
  }
}

int CollectName(char* name, char*, size_t, void* names) noexcept {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

std::string ClaimedBlocks::Claim(uint64_t first, uint64_t count) {
  if (first == 0 || first >= claimed_.size() || count > claimed_.size() - first) {
    return "block " + std::to_string(first) + " lies outside the filesystem";
  }
  for (uint64_t block = first; block < first + count; ++block) {
    if (claimed_[block]) return "block " + std::to_string(block) + " belongs to something else already";
    claimed_[block] = true;
  }
  return {};
}

Error LibraryError(errcode_t code, const std::string& what) {
  static const bool initialised = (add_error_table(&et_ext2_error_table), true);
  (void)initialised;
  constexpr errcode_t kMaxErrno = 4095;
  if (code > 0 && code <= kMaxErrno) return ErrnoError(static_cast<int>(code), what);
  std::string message = what + ": " + error_message(code);
  if (code == EXT2_ET_NO_MEMORY) return IoError(std::move(message));
  if (code == EXT2_ET_UNSUPP_FEATURE || code == EXT2_ET_RO_UNSUPP_FEATURE) return UnsupportedError(std::move(message));
  return CorruptError(std::move(message));
}

Result<ext2_inode_large> ReadInode(const Ext4Reader::State& state, uint32_t number) {
  ext2_inode_large raw{};
  const errcode_t code =
      ext2fs_read_inode_full(state.fs.get(), number, reinterpret_cast<ext2_inode*>(&raw), sizeof raw);
  if (code != 0) return LibraryError(code, InodeText(number));
  return raw;
}

Result<void> ReadBlockMap(const Ext4Reader::State& state, ext2_inode_large& raw, ClaimedBlocks& claimed,
                          Ext4Inode& inode) {
  if ((raw.i_flags & EXT4_INLINE_DATA_FL) != 0) return CorruptError(InodeText(inode.number) + ": unknown flags");
  if (inode.xattr_block != 0) inode.allocated += state.superblock.block_size;
  if (ext2fs_inode_has_valid_blocks2(state.fs.get(), reinterpret_cast<ext2_inode*>(&raw)) == 0) return {};
  MapBuilder map(claimed, state.superblock.block_size, inode);
  return (raw.i_flags & EXT4_EXTENTS_FL) != 0 ? ReadExtents(state, inode.number, raw, map)
                                              : ReadIndirect(state, inode.number, map);
}

Result<std::vector<Xattr>> ReadXattrs(const Ext4Reader::State& state, uint32_t number) {
  const std::string what = InodeText(number) + ": extended attributes";
  ext2_xattr_handle* opened = nullptr;
  if (const errcode_t code = ext2fs_xattrs_open(state.fs.get(), number, &opened); code != 0) {
    return LibraryError(code, what);
  }
  const XattrHandle handle(opened);
  if (const errcode_t code = ext2fs_xattrs_read(handle.get()); code != 0) return LibraryError(code, what);
  std::vector<std::string> names;
  if (const errcode_t code = ext2fs_xattrs_iterate(handle.get(), CollectName, &names); code != 0) {
    return LibraryError(code, what);
  }
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) return CorruptError(what + ": a name twice");
  std::vector<Xattr> xattrs;
  for (std::string& name : names) {
    void* value = nullptr;
    size_t size = 0;
    const errcode_t code = ext2fs_xattr_get(handle.get(), name.c_str(), &value, &size);
    if (code != 0) return LibraryError(code, what);
    const std::unique_ptr<void, Deleter<std::free>> owned(value);
    Xattr xattr{std::move(name), std::string(static_cast<const char*>(value), size)};
    if (xattr.name.starts_with("system.posix_acl_")) MendAcl(xattr.value);
    xattrs.push_back(std::move(xattr));
  }
  return xattrs;
}

}  // namespace hallmark::ext4
