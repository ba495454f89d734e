// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <map>

#include "lib/base/checked.h"
#include "lib/base/crc32c.h"
#include "lib/base/file.h"
#include "lib/base/progress.h"
#include "lib/ext4/directory.h"
#include "lib/ext4/inode.h"
#include "lib/ext4/plan_state.h"
#include "lib/ext4/writer.h"
#include "lib/ext4/xattr.h"

namespace hallmark {
namespace ext4 {
namespace {

constexpr uint32_t kMaxXattrReferences = 1024;  // EXT4_XATTR_REFCOUNT_MAX
constexpr size_t kMaxLabel = 16;

struct ByContent {
  bool operator()(const std::vector<Xattr>* a, const std::vector<Xattr>* b) const { return *a < *b; }
};

/// Makes one plan; see PlanExt4.
class Planner {
 public:
  Planner(const FileTree& tree, const Ext4Options& options, const Geometry& geometry)
      : tree_(tree), allocator_(geometry) {
    state_ = std::make_unique<Ext4Plan::State>();
    state_->tree = &tree;
    state_->options = options;
    state_->geometry = geometry;
    state_->checksum_seed = Crc32c(~0u, options.uuid);
  }

  Result<std::unique_ptr<Ext4Plan::State>> Plan() {
    NumberInodes();
    if (state_->lost_found.number != 0) PlaceLostFound();
    RETURN_IF_ERROR(PlaceContents());
    if (allocator_.missing() > 0) {
      return NoSpaceError("the files do not fit: the filesystem of " + FormatBytes(state_->options.size) + " is " +
                          FormatBytes(allocator_.missing() * kBlockSize) + " too small");
    }
    AddMetadata();
    CountUsage();
    return std::move(state_);
  }

 private:
  void NumberInodes();
  void PlaceLostFound();
  Result<void> PlaceContents();
  Result<void> PlaceXattrs(FileTree::Index index, InodePlan& plan);
  Result<void> PlaceDirectory(FileTree::Index index, InodePlan& plan);
  Result<void> PlaceFile(FileTree::Index index, const FileTree::Inode& inode, InodePlan& plan);
  void PlaceRun(uint64_t logical, uint64_t blocks, Segment::Kind kind, FileTree::Index index, InodePlan& plan);
  void PlaceExtentTree(FileTree::Index index, InodePlan& plan);
  void AddMetadata();
  void CountUsage();

  const FileTree& tree_;
  Allocator allocator_;
  std::unique_ptr<Ext4Plan::State> state_;
  std::vector<uint32_t> numbers_;  // by index in the tree
  std::map<const std::vector<Xattr>*, size_t, ByContent> shared_xattrs_;
};

/// Inode numbers in the order of the tree. The root's is fixed; lost+found has the first free one, as usual.
void Planner::NumberInodes() {
  const bool has_lost_found = tree_.Contains("/" + std::string(kLostFoundName));
  uint32_t next = kFirstInode;
  if (!has_lost_found) {
    state_->lost_found = {.number = next++, .parent = kRootInode};
    state_->by_number.push_back(kNoIndex);
  }
  state_->inodes.resize(tree_.inodes().size());
  numbers_.resize(tree_.inodes().size());
  tree_.Walk([&](const std::string&, FileTree::Index index) {
    InodePlan& plan = state_->inodes[index];
    if (plan.number != 0) return;  // another name of the same inode
    if (index == FileTree::kRoot) {
      plan.number = plan.parent = kRootInode;
    } else {
      plan.number = next++;
      state_->by_number.push_back(index);
    }
    numbers_[index] = plan.number;
    for (const FileTree::Entry& entry : tree_.inode(index).entries) {
      if (S_ISDIR(tree_.inode(entry.inode).mode)) state_->inodes[entry.inode].parent = plan.number;
    }
  });
}

/// Allocates blocks for a run of a file, cut into extents.
void Planner::PlaceRun(uint64_t logical, uint64_t blocks, Segment::Kind kind, FileTree::Index index, InodePlan& plan) {
  std::vector<Extent> pieces;
  allocator_.Allocate(blocks, &pieces);
  for (const Extent& piece : pieces) {
    for (uint64_t done = 0; done < piece.length; done += kMaxExtentLength) {
      const auto length = static_cast<uint32_t>(std::min<uint64_t>(piece.length - done, kMaxExtentLength));
      state_->extents.push_back({piece.start + done, static_cast<uint32_t>(logical), length});
      state_->segments.push_back({piece.start + done, length, kind, index, static_cast<uint32_t>(logical)});
      ++plan.extent_count;
      logical += length;
    }
  }
}

void Planner::PlaceExtentTree(FileTree::Index index, InodePlan& plan) {
  plan.first_tree_block = static_cast<uint32_t>(state_->tree_blocks.size());
  plan.tree_block_count = ExtentTreeBlocks(plan.extent_count);
  for (uint32_t i = 0; i < plan.tree_block_count; ++i) {
    const uint64_t block = allocator_.AllocateOne();
    state_->tree_blocks.push_back(block);
    state_->segments.push_back({block, 1, Segment::Kind::kExtentTree, index, i});
  }
}

void Planner::PlaceLostFound() {
  PlaceRun(0, kLostFoundBlocks, Segment::Kind::kLostFound, kNoIndex, state_->lost_found);
}

Result<void> Planner::PlaceContents() {
  // By number, which is the order of the tree. The root comes first: it has a low number of its own.
  std::vector<FileTree::Index> order = {FileTree::kRoot};
  for (const FileTree::Index index : state_->by_number) {
    if (index != kNoIndex) order.push_back(index);
  }
  for (const FileTree::Index index : order) {
    const FileTree::Inode& inode = tree_.inode(index);
    InodePlan& plan = state_->inodes[index];
    plan.first_extent = static_cast<uint32_t>(state_->extents.size());
    if (!S_ISDIR(inode.mode) && inode.link_count > kMaxLinks) {
      return UnsupportedError(inode.source + ": ext4 can't hold a file of more than " + std::to_string(kMaxLinks) +
                              " names");
    }
    RETURN_IF_ERROR(PlaceXattrs(index, plan).WithContext(inode.source.empty() ? "a file" : inode.source));
    if (S_ISDIR(inode.mode)) RETURN_IF_ERROR(PlaceDirectory(index, plan));
    if (S_ISREG(inode.mode) || S_ISLNK(inode.mode)) RETURN_IF_ERROR(PlaceFile(index, inode, plan));
    PlaceExtentTree(index, plan);
  }
  return {};
}

/// Attributes that do not fit into the inode get a block. Files with the same attributes share it.
Result<void> Planner::PlaceXattrs(FileTree::Index index, InodePlan& plan) {
  const std::vector<Xattr>& xattrs = tree_.inode(index).xattrs;
  if (xattrs.empty()) return {};
  ASSIGN_OR_RETURN(const EncodedXattrs encoded, EncodeXattrs(xattrs));
  if (encoded.block.empty()) return {};
  std::vector<XattrBlock>& blocks = state_->xattr_blocks;
  const auto known = shared_xattrs_.find(&xattrs);
  if (known != shared_xattrs_.end() && blocks[known->second].references < kMaxXattrReferences) {
    ++blocks[known->second].references;
    plan.xattr_block = blocks[known->second].number;
    return {};
  }
  plan.xattr_block = allocator_.AllocateOne();
  shared_xattrs_[&xattrs] = blocks.size();
  state_->segments.push_back({plan.xattr_block, 1, Segment::Kind::kXattrs, static_cast<uint32_t>(blocks.size()), 0});
  blocks.push_back({index, plan.xattr_block, 1});
  return {};
}

Result<void> Planner::PlaceDirectory(FileTree::Index index, InodePlan& plan) {
  const DirectoryInput input{.tree = &tree_,
                             .directory = index,
                             .numbers = &numbers_,
                             .lost_found = state_->lost_found.number,
                             .hash_seed = state_->options.hash_seed};
  ASSIGN_OR_RETURN(const DirectorySize size, MeasureDirectory(input));
  plan.indexed = size.indexed;
  PlaceRun(0, size.blocks, Segment::Kind::kDirectory, index, plan);
  return {};
}

Result<void> Planner::PlaceFile(FileTree::Index index, const FileTree::Inode& inode, InodePlan& plan) {
  if (S_ISLNK(inode.mode) && inode.size <= kShortSymlinkMax) return {};
  const uint64_t blocks = DivideRoundUp(inode.size, kBlockSize);
  if (blocks > kMaxFileBlocks) return UnsupportedError(inode.source + ": ext4 can't hold a file of more than 16 TiB");
  if (!inode.sparse) {
    PlaceRun(0, blocks, Segment::Kind::kFile, index, plan);
    return {};
  }
  ASSIGN_OR_RETURN(const File file, inode.OpenSource());
  ASSIGN_OR_RETURN(const std::vector<DataRange> ranges, DataRanges(file));
  uint64_t placed = 0;  // the file's blocks before this one are placed
  for (const DataRange& range : ranges) {
    const uint64_t first = std::max(placed, range.offset / kBlockSize);
    const uint64_t end = std::min(blocks, DivideRoundUp(range.offset + range.length, kBlockSize));
    if (end > first) PlaceRun(first, end - first, Segment::Kind::kFile, index, plan);
    placed = std::max(placed, end);
  }
  return {};
}

void Planner::AddMetadata() {
  const Geometry& geometry = state_->geometry;
  const uint64_t inodes = kFirstInode - 1 + state_->by_number.size();
  state_->groups.resize(geometry.groups());
  for (uint32_t group = 0; group < geometry.groups(); ++group) {
    const auto add = [&](uint64_t start, uint32_t length, Segment::Kind kind) {
      if (length > 0) state_->segments.push_back({start, length, kind, group, 0});
    };
    if (Geometry::HasSuperblock(group)) {
      add(geometry.GroupStart(group), 1, Segment::Kind::kSuperblock);
      add(geometry.GroupStart(group) + 1, geometry.descriptor_blocks(), Segment::Kind::kDescriptors);
    }
    add(geometry.BlockBitmap(group), 1, Segment::Kind::kBlockBitmap);
    add(geometry.InodeBitmap(group), 1, Segment::Kind::kInodeBitmap);
    const uint64_t before = uint64_t{group} * geometry.inodes_per_group();
    GroupUsage& usage = state_->groups[group];
    usage.used_inodes =
        static_cast<uint32_t>(std::min<uint64_t>(geometry.inodes_per_group(), inodes > before ? inodes - before : 0));
    // Table blocks without a used inode stay holes.
    add(geometry.InodeTable(group), static_cast<uint32_t>(DivideRoundUp(usage.used_inodes, kInodesPerBlock)),
        Segment::Kind::kInodeTable);
  }
  std::sort(state_->segments.begin(), state_->segments.end(),
            [](const Segment& a, const Segment& b) { return a.start < b.start; });
}

void Planner::CountUsage() {
  const Geometry& geometry = state_->geometry;
  std::vector<uint8_t>& bitmap = state_->block_bitmap;
  bitmap.resize(uint64_t{geometry.groups()} * kBlockSize);
  const auto take = [&bitmap](uint64_t start, uint64_t length) {
    for (uint64_t block = start; block < start + length; ++block)
      bitmap[block / 8] |= static_cast<uint8_t>(1 << block % 8);
  };
  for (const Extent& extent : geometry.Metadata()) take(extent.start, extent.length);
  for (const Segment& segment : state_->segments) {
    if (segment.kind > Segment::Kind::kInodeTable) take(segment.start, segment.length);
  }
  Ext4Usage& usage = state_->usage;
  usage = {.blocks = geometry.blocks(),
           .inodes = geometry.inodes(),
           .used_inodes = kFirstInode - 1 + state_->by_number.size()};
  for (uint32_t group = 0; group < geometry.groups(); ++group) {
    uint32_t used = 0;
    for (uint32_t byte = 0; byte < kBlockSize; ++byte) {
      used += static_cast<uint32_t>(std::popcount(bitmap[uint64_t{group} * kBlockSize + byte]));
    }
    state_->groups[group].free_blocks = geometry.GroupBlocks(group) - used;
    usage.used_blocks += used;
  }
  // Blocks past the end of the filesystem are marked as used in the last bitmap.
  take(geometry.blocks(), uint64_t{geometry.groups()} * kBlocksPerGroup - geometry.blocks());

  const auto count_directory = [&](uint32_t number) {
    ++state_->groups[(number - 1) / geometry.inodes_per_group()].directories;
  };
  if (state_->lost_found.number != 0) count_directory(state_->lost_found.number);
  count_directory(kRootInode);
  for (const FileTree::Index index : state_->by_number) {
    if (index != kNoIndex && S_ISDIR(tree_.inode(index).mode)) count_directory(state_->inodes[index].number);
  }
}

}  // namespace
}  // namespace ext4

uint32_t Ext4Plan::State::InodeSeed(uint32_t number) const {
  const Le32 inode = number;
  const Le32 generation = 0;
  return Crc32c(Crc32c(checksum_seed, StructBytes(inode)), StructBytes(generation));
}

Ext4Plan::Ext4Plan() = default;
Ext4Plan::Ext4Plan(Ext4Plan&&) noexcept = default;
Ext4Plan& Ext4Plan::operator=(Ext4Plan&&) noexcept = default;
Ext4Plan::~Ext4Plan() = default;

const Ext4Usage& Ext4Plan::usage() const { return state_->usage; }

Result<Ext4Plan> PlanExt4(const FileTree& tree, const Ext4Options& options) {
  if (options.size % ext4::kBlockSize != 0) return UsageError("ext4: the size is a multiple of 4096 bytes");
  if (options.label.size() > ext4::kMaxLabel) return UsageError("ext4: a label has at most 16 bytes");
  const uint64_t inodes = ext4::kFirstInode + tree.inodes().size();
  ASSIGN_OR_RETURN(const ext4::Geometry geometry, ext4::Geometry::Make(options.size / ext4::kBlockSize, inodes));
  Ext4Plan plan;
  ASSIGN_OR_RETURN(plan.state_, ext4::Planner(tree, options, geometry).Plan());
  return plan;
}

Result<uint64_t> EstimateExt4Size(const FileTree& tree) {
  constexpr uint64_t kMinSize = uint64_t{1} << 20;
  uint64_t blocks = 0;
  for (const FileTree::Inode& inode : tree.inodes()) {
    blocks += 1 + DivideRoundUp(S_ISDIR(inode.mode) ? inode.entries.size() * 64 : inode.size, ext4::kBlockSize);
  }
  const uint64_t tables = DivideRoundUp(tree.inodes().size(), ext4::kInodesPerBlock);
  const uint64_t size = (blocks + tables) * ext4::kBlockSize;
  return RoundUp(std::max(kMinSize, size + size / 16), kMinSize);
}

}  // namespace hallmark
