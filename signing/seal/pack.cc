// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/pack.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>

#include "lib/base/checked.h"
#include "lib/compress/seek_table.h"
#include "signing/seal/chunk_packer.h"
#include "signing/seal/digest_lanes.h"

namespace hallmark {
namespace {

/// How many buffers may wait for a digest.
size_t MaxWaiting(const PackOptions& options) { return std::min<size_t>(6, ChunksAtOnce(options.chunk_size)); }

/// Packs one image; see PackImage().
class Packer {
 public:
  Packer(const File& image, const File& compressed, const PackOptions& options, ThreadPool& pool, Progress& progress)
      : image_(image),
        compressed_(compressed),
        options_(options),
        pool_(pool),
        progress_(progress),
        compressors_(options.level, options.known),
        compressed_lanes_(MaxWaiting(options), options.sha1),
        buffers_(options.chunk_size),
        zeros_(std::make_shared<const ByteVector>(options.chunk_size)) {
    if (options.raw_digests) raw_lanes_.emplace(MaxWaiting(options), options.sha1);
  }
  ~Packer() {
    for (std::future<Result<PackedChunk>>& task : running_) task.wait();
  }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  Result<PackedImage> Pack();

 private:
  Result<Buffer> ReadChunk(uint64_t offset, size_t length);
  void Submit(const Buffer& raw, size_t length);
  Result<PackedChunk> ZeroChunk(size_t length);
  Result<void> WriteOldest();
  Result<void> WriteSeekTable();

  const File& image_;
  const File& compressed_;
  const PackOptions& options_;
  ThreadPool& pool_;
  Progress& progress_;
  ChunkPacker compressors_;
  std::optional<FileLanes> raw_lanes_;
  FileLanes compressed_lanes_;
  BufferPool buffers_;
  Buffer zeros_;
  std::vector<DataRange> data_;
  size_t next_data_ = 0;
  std::mutex zero_mutex_;
  std::optional<PackedChunk> zero_chunk_;  // the result for a whole chunk of zeros, made once
  std::deque<std::future<Result<PackedChunk>>> running_;
  ChunkTable table_;
  size_t known_chunks_ = 0;
};

Result<PackedImage> Packer::Pack() {
  ASSIGN_OR_RETURN(table_.raw_size, image_.Size());
  table_.chunk_size = options_.chunk_size;
  if (DivideRoundUp(table_.raw_size, options_.chunk_size) > kMaxChunks) {
    return UsageError(image_.path() + ": more frames than a chunk table holds")
        .WithHint("--frame-size: take larger ones");
  }
  ASSIGN_OR_RETURN(data_, DataRanges(image_));
  progress_.BeginStage(options_.stage, table_.raw_size, Progress::Unit::kBytes);
  const size_t limit = std::min(2 * pool_.size() + 1, ChunksAtOnce(options_.chunk_size));
  for (uint64_t offset = 0; offset < table_.raw_size; offset += options_.chunk_size) {
    const auto length = static_cast<size_t>(std::min<uint64_t>(options_.chunk_size, table_.raw_size - offset));
    ASSIGN_OR_RETURN(const Buffer raw, ReadChunk(offset, length));
    if (raw_lanes_) raw_lanes_->Update(raw, length);
    Submit(raw, length);
    while (running_.size() >= limit) RETURN_IF_ERROR(WriteOldest());
    progress_.Advance(length);
  }
  while (!running_.empty()) RETURN_IF_ERROR(WriteOldest());
  if (options_.known != nullptr) {
    progress_.PrintVerbose(std::to_string(known_chunks_) + " of " + std::to_string(table_.chunks.size()) +
                           " frames are as they were");
  }
  RETURN_IF_ERROR(WriteSeekTable());
  PackedImage packed{.compressed = compressed_lanes_.Finish()};
  if (raw_lanes_) packed.raw = raw_lanes_->Finish();
  table_.compressed_size = packed.compressed.size;
  packed.table = std::move(table_);
  return packed;
}

/// A buffer that begins with the chunk's bytes; zeros_ itself if the chunk is a hole or only zeros.
Result<Buffer> Packer::ReadChunk(uint64_t offset, size_t length) {
  while (next_data_ < data_.size() && data_[next_data_].offset + data_[next_data_].length <= offset) ++next_data_;
  if (next_data_ == data_.size() || data_[next_data_].offset >= offset + length) return zeros_;
  std::shared_ptr<ByteVector> raw = buffers_.Take();
  const MutableByteSpan chunk = MutableByteSpan(*raw).first(length);
  size_t filled = 0;
  for (size_t i = next_data_; i < data_.size() && data_[i].offset < offset + length; ++i) {
    const uint64_t start = std::max(offset, data_[i].offset) - offset;
    const uint64_t end = std::min(offset + length, data_[i].offset + data_[i].length) - offset;
    std::fill_n(chunk.begin() + static_cast<std::ptrdiff_t>(filled), start - filled, uint8_t{0});
    RETURN_IF_ERROR(image_.ReadAt(offset + start, chunk.subspan(start, end - start)));
    filled = end;
  }
  std::fill(chunk.begin() + static_cast<std::ptrdiff_t>(filled), chunk.end(), uint8_t{0});
  if (IsZero(chunk)) return zeros_;
  return Buffer(std::move(raw));
}

void Packer::Submit(const Buffer& raw, size_t length) {
  running_.push_back(pool_.Submit([this, raw, length]() -> Result<PackedChunk> {
    return raw == zeros_ ? ZeroChunk(length) : compressors_.Pack(ByteSpan(*raw).first(length));
  }));
}

Result<PackedChunk> Packer::ZeroChunk(size_t length) {
  const std::lock_guard lock(zero_mutex_);
  if (length == zeros_->size() && zero_chunk_) return *zero_chunk_;
  ASSIGN_OR_RETURN(PackedChunk chunk, compressors_.Pack(ByteSpan(*zeros_).first(length)));
  chunk.zero = true;
  if (length == zeros_->size()) zero_chunk_ = chunk;
  return chunk;
}

Result<void> Packer::WriteOldest() {
  Result<PackedChunk> chunk = running_.front().get();
  running_.pop_front();
  if (!chunk.ok()) return std::move(chunk).error();
  const uint64_t offset =
      table_.chunks.empty() ? 0 : table_.chunks.back().frame_offset + table_.chunks.back().frame_size;
  RETURN_IF_ERROR(compressed_.WriteAt(offset, *chunk->frame));
  compressed_lanes_.Update(chunk->frame, chunk->frame->size());
  table_.chunks.push_back({.raw_sha256 = chunk->raw_sha256,
                           .frame_sha256 = chunk->frame_sha256,
                           .frame_offset = offset,
                           .frame_size = static_cast<uint32_t>(chunk->frame->size()),
                           .zero = chunk->zero});
  if (chunk->known) ++known_chunks_;
  return {};
}

Result<void> Packer::WriteSeekTable() {
  std::vector<SeekEntry> frames;
  uint64_t end = 0;
  for (size_t i = 0; i < table_.chunks.size(); ++i) {
    frames.push_back({table_.chunks[i].frame_size, table_.RawSize(i)});
    end += table_.chunks[i].frame_size;
  }
  ASSIGN_OR_RETURN(ByteVector bytes, FormatSeekTable(frames));
  const auto seek_table = std::make_shared<const ByteVector>(std::move(bytes));
  RETURN_IF_ERROR(compressed_.WriteAt(end, *seek_table));
  compressed_lanes_.Update(seek_table, seek_table->size());
  return {};
}

}  // namespace

Result<PackedImage> PackImage(const File& image, const File& compressed, const PackOptions& options, ThreadPool& pool,
                              Progress& progress) {
  if (options.level < 1 || options.level > kMaxZstdLevel) {
    return UsageError("a compression level is 1 to " + std::to_string(kMaxZstdLevel));
  }
  if (options.chunk_size < kMinChunkSize || options.chunk_size > kMaxChunkSize ||
      !std::has_single_bit(options.chunk_size)) {
    return UsageError("a frame holds a power of two from 64K to 64M");
  }
  return Packer(image, compressed, options, pool, progress).Pack();
}

}  // namespace hallmark
