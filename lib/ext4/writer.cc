// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/writer.h"

#include <algorithm>
#include <memory>

#include "lib/base/file.h"
#include "lib/ext4/directory.h"
#include "lib/ext4/inode.h"
#include "lib/ext4/plan_state.h"
#include "lib/ext4/superblock_writer.h"
#include "lib/ext4/xattr.h"

namespace hallmark {
namespace ext4 {
namespace {

// The blocks that a thread makes at a time: enough that a system call costs little, few enough for a cache.
constexpr uint32_t kJobBlocks = 64;

/// A part of a segment.
struct Piece {
  const Segment* segment = nullptr;
  uint32_t first = 0;  ///< block of the segment
  uint32_t count = 0;
};

/// Adjacent pieces that one thread makes.
struct Job {
  uint64_t start = 0;  ///< block of the filesystem
  uint32_t blocks = 0;
  std::vector<Piece> pieces;
};

/// True for kinds that can be made from any block on; others are made as a whole.
bool CanBeCut(Segment::Kind kind) { return kind == Segment::Kind::kFile || kind == Segment::Kind::kInodeTable; }

std::vector<Job> MakeJobs(const std::vector<Segment>& segments) {
  std::vector<Job> jobs;
  for (const Segment& segment : segments) {
    for (uint32_t first = 0; first < segment.length;) {
      const uint64_t start = segment.start + first;
      const bool goes_on =
          !jobs.empty() && jobs.back().start + jobs.back().blocks == start && jobs.back().blocks < kJobBlocks;
      if (!goes_on) jobs.push_back({.start = start});
      Job& job = jobs.back();
      const uint32_t room = CanBeCut(segment.kind) ? kJobBlocks - job.blocks : segment.length;
      const uint32_t count = std::min(segment.length - first, room);
      job.pieces.push_back({&segment, first, count});
      job.blocks += count;
      first += count;
    }
  }
  return jobs;
}

/// Makes the bytes of pieces. Several threads may use it at once.
class Renderer {
 public:
  explicit Renderer(const Ext4Plan::State& state) : state_(state), descriptors_(MakeDescriptors(state)) {
    numbers_.reserve(state.inodes.size());
    for (const InodePlan& plan : state.inodes) numbers_.push_back(plan.number);
  }

  /// Fills `out`, which has room for exactly the job.
  Result<void> Render(const Job& job, MutableByteSpan out) const {
    for (const Piece& piece : job.pieces) {
      const size_t length = uint64_t{piece.count} * kBlockSize;
      RETURN_IF_ERROR(RenderPiece(piece, out.first(length)));
      out = out.subspan(length);
    }
    return {};
  }

 private:
  Result<void> RenderPiece(const Piece& piece, MutableByteSpan out) const;
  Result<void> RenderInodes(uint32_t group, uint32_t first_block, MutableByteSpan out) const;
  Result<void> RenderFile(const FileTree::Inode& inode, uint64_t offset, MutableByteSpan out) const;
  Result<void> RenderDirectory(const Segment& segment, MutableByteSpan out) const;
  Result<void> RenderXattrs(const XattrBlock& block, MutableByteSpan out) const;

  const Ext4Plan::State& state_;
  ByteVector descriptors_;
  std::vector<uint32_t> numbers_;
};

/// Copies as much of `bytes` as fits, and fills the rest with zeros.
void Copy(ByteSpan bytes, MutableByteSpan out) {
  const size_t length = std::min(bytes.size(), out.size());
  std::ranges::copy(bytes.first(length), out.begin());
  std::ranges::fill(out.subspan(length), 0);
}

Result<void> Renderer::RenderPiece(const Piece& piece, MutableByteSpan out) const {
  const Segment& segment = *piece.segment;
  switch (segment.kind) {
    case Segment::Kind::kSuperblock:
      Copy(MakeSuperblock(state_, segment.subject), out);
      return {};
    case Segment::Kind::kDescriptors:
      Copy(descriptors_, out);
      return {};
    case Segment::Kind::kBlockBitmap:
      Copy(ByteSpan(state_.block_bitmap).subspan(uint64_t{segment.subject} * kBlockSize, kBlockSize), out);
      return {};
    case Segment::Kind::kInodeBitmap:
      Copy(MakeInodeBitmap(state_, segment.subject), out);
      return {};
    case Segment::Kind::kInodeTable:
      return RenderInodes(segment.subject, piece.first, out);
    case Segment::Kind::kFile:
      return RenderFile(state_.tree->inode(segment.subject), (uint64_t{segment.logical} + piece.first) * kBlockSize,
                        out);
    case Segment::Kind::kDirectory:
      return RenderDirectory(segment, out);
    case Segment::Kind::kLostFound: {
      const uint32_t number = state_.lost_found.number;
      const ByteVector blocks = MakeEmptyDirectory(number, kRootInode, state_.InodeSeed(number), kLostFoundBlocks);
      Copy(ByteSpan(blocks).subspan(uint64_t{segment.logical} * kBlockSize), out);
      return {};
    }
    case Segment::Kind::kExtentTree:
      Copy(MakeExtentTreeBlock(state_, state_.inodes[segment.subject], segment.logical), out);
      return {};
    case Segment::Kind::kXattrs:
      return RenderXattrs(state_.xattr_blocks[segment.subject], out);
  }
  return InternalError("ext4: a segment of an unknown kind");
}

Result<void> Renderer::RenderInodes(uint32_t group, uint32_t first_block, MutableByteSpan out) const {
  const uint64_t first = uint64_t{group} * state_.geometry.inodes_per_group() + uint64_t{first_block} * kInodesPerBlock;
  std::ranges::fill(out, 0);
  for (uint64_t i = 0; i < out.size() / kInodeSize; ++i) {
    const uint64_t number = first + i + 1;
    FileTree::Index index = kNoIndex;
    if (number == kRootInode) {
      index = FileTree::kRoot;
    } else if (number >= kFirstInode && number - kFirstInode < state_.by_number.size()) {
      index = state_.by_number[number - kFirstInode];
      if (index == kNoIndex) Copy(StructBytes(MakeLostFoundInode(state_)), out.subspan(i * kInodeSize, kInodeSize));
    }
    if (index == kNoIndex) continue;
    ASSIGN_OR_RETURN(const Inode inode, MakeInode(state_, index));
    Copy(StructBytes(inode), out.subspan(i * kInodeSize, kInodeSize));
  }
  return {};
}

Result<void> Renderer::RenderFile(const FileTree::Inode& inode, uint64_t offset, MutableByteSpan out) const {
  const size_t length = static_cast<size_t>(std::min<uint64_t>(out.size(), inode.size - offset));
  if (inode.source.empty()) {
    Copy(AsBytes(inode.data).subspan(offset, length), out);
    return {};
  }
  std::ranges::fill(out.subspan(length), 0);
  ASSIGN_OR_RETURN(const File file, inode.OpenSource());
  return file.ReadAt(offset, out.first(length)).WithHint("files must not change while they are read");
}

Result<void> Renderer::RenderDirectory(const Segment& segment, MutableByteSpan out) const {
  const InodePlan& plan = state_.inodes[segment.subject];
  ASSIGN_OR_RETURN(const Directory directory, MakeDirectory({.tree = state_.tree,
                                                             .directory = segment.subject,
                                                             .inode = plan.number,
                                                             .parent = plan.parent,
                                                             .numbers = &numbers_,
                                                             .lost_found = state_.lost_found.number,
                                                             .hash_seed = state_.options.hash_seed,
                                                             .checksum_seed = state_.InodeSeed(plan.number)}));
  Copy(ByteSpan(directory.blocks).subspan(uint64_t{segment.logical} * kBlockSize), out);
  return {};
}

Result<void> Renderer::RenderXattrs(const XattrBlock& block, MutableByteSpan out) const {
  ASSIGN_OR_RETURN(const EncodedXattrs encoded, EncodeXattrs(state_.tree->inode(block.subject).xattrs));
  Copy(encoded.block, out);
  SealXattrBlock(out, block.number, block.references, state_.checksum_seed);
  return {};
}

}  // namespace
}  // namespace ext4

Result<void> WriteExt4(const Ext4Plan& plan, PositionedSink& sink, ThreadPool& pool, Progress* progress) {
  const Ext4Plan::State& state = *plan.state_;
  const ext4::Renderer renderer(state);
  const std::vector<ext4::Job> jobs = ext4::MakeJobs(state.segments);
  // The thread that makes a job's bytes also writes them, while they are in its core's cache.
  return ParallelFor(pool, jobs.size(), [&](size_t i) -> Result<void> {
    const ext4::Job& job = jobs[i];
    const size_t length = uint64_t{job.blocks} * ext4::kBlockSize;
    const auto buffer = std::make_unique_for_overwrite<uint8_t[]>(length);
    const MutableByteSpan bytes(buffer.get(), length);
    RETURN_IF_ERROR(renderer.Render(job, bytes));
    RETURN_IF_ERROR(sink.WriteAt(job.start * ext4::kBlockSize, bytes));
    if (progress != nullptr) progress->Advance(length);
    return {};
  });
}

}  // namespace hallmark
