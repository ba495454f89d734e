// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/reader.h"

#include <algorithm>

#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/exfat/boot_reader.h"
#include "lib/exfat/directory.h"
#include "lib/exfat/exfat_format.h"
#include "lib/exfat/fault.h"
#include "lib/exfat/upcase.h"
#include "lib/exfat/values.h"

namespace hallmark {
namespace {

/// Clusters that follow each other.
struct ClusterRun {
  uint32_t first = 0;
  uint32_t count = 0;
};
using ClusterRuns = std::vector<ClusterRun>;

/// The clusters of an allocation that is not empty. There must be exactly `count`; with a `count` of 0, at most
/// `limit`. The error is kCorrupt and begins with what is wrong.
Result<ClusterRuns> ChainRuns(const std::vector<uint32_t>& fat, uint32_t first, uint64_t count, uint64_t limit) {
  ClusterRuns runs;
  uint64_t length = 0;
  for (uint32_t cluster = first; cluster != kExfatEndOfChain; cluster = fat[cluster]) {
    if (cluster < kExfatFirstCluster || cluster >= fat.size()) return CorruptError("a chain leaves the clusters");
    if (++length > (count == 0 ? limit : count)) return CorruptError("a chain is longer than what it holds");
    if (!runs.empty() && runs.back().first + runs.back().count == cluster) {
      ++runs.back().count;
    } else {
      runs.push_back({.first = cluster, .count = 1});
    }
  }
  if (length < count) return CorruptError("a chain is shorter than what it holds");
  return runs;
}

}  // namespace

/// Opens a filesystem: every structure is read once and checked on the way.
class ExfatOpener {
 public:
  ExfatOpener(const File& file, uint64_t offset, const ExfatFault& fault, uint64_t limit)
      : file_(file), offset_(offset), fault_(fault), limit_(limit), reader_(file) {}

  Result<ExfatReader> Open(uint64_t size);

 private:
  Result<void> ReadFat();
  Result<void> ReadRoot();
  /// Marks the clusters of an allocation as used; each may be used once. `owner` is the structure that claims them.
  Result<ClusterRuns> Claim(const ExfatAllocation& allocation, ExfatStructure owner, const std::string& name);
  Result<ByteVector> ReadTable(uint32_t first, uint64_t length, uint64_t limit, ExfatStructure structure);
  /// The bytes of a directory, up to the end of the cluster in which it ends.
  Result<ByteVector> ReadDirectory(const ClusterRuns& runs);
  Result<void> TakeMemory(uint64_t bytes);
  Result<void> ListDirectory(ByteSpan bytes, const std::string& path);
  Result<void> CheckBitmap() const;
  [[nodiscard]] uint64_t ClusterOffset(uint32_t cluster) const { return offset_ + geometry_.ClusterOffset(cluster); }

  const File& file_;
  const uint64_t offset_;
  const ExfatFault& fault_;
  const uint64_t limit_;
  ExfatGeometry geometry_;
  ExfatReader reader_;
  ByteVector bitmap_;
  std::optional<ExfatUpcaseTable> upcase_;
  std::vector<bool> used_;  // by cluster, from 2
  uint64_t memory_ = 0;
};

Result<ExfatReader> ExfatOpener::Open(uint64_t size) {
  ASSIGN_OR_RETURN(geometry_, ReadExfatBootRegion(file_, offset_, size, fault_));
  reader_.start_ = geometry_.start;
  reader_.heap_ = offset_ + geometry_.heap;
  reader_.size_ = geometry_.size;
  reader_.cluster_size_ = geometry_.cluster_size;
  reader_.serial_ = geometry_.serial;
  used_.resize(geometry_.clusters);
  RETURN_IF_ERROR(ReadFat());
  RETURN_IF_ERROR(ReadRoot());
  RETURN_IF_ERROR(CheckBitmap());
  return std::move(reader_);
}

Result<void> ExfatOpener::ReadFat() {
  std::vector<Le32> raw(uint64_t{geometry_.clusters} + kExfatFirstCluster);
  RETURN_IF_ERROR(
      file_.ReadAt(offset_ + geometry_.fat + geometry_.active_fat * geometry_.fat_size, MutableArrayBytes(raw)));
  reader_.fat_.assign(raw.begin(), raw.end());
  // The lowest byte of the first entry is the type of the medium.
  if ((reader_.fat_[0] | 0xff) != 0xffffffff || reader_.fat_[1] != kExfatEndOfChain) {
    return fault_(ExfatStructure::kFat, "it does not begin as every FAT does");
  }
  return {};
}

Result<void> ExfatOpener::ReadRoot() {
  Result<ClusterRuns> runs = ChainRuns(reader_.fat_, geometry_.root, 0, kExfatMaxDirectory / geometry_.cluster_size);
  if (!runs.ok()) return fault_(ExfatStructure::kFat, "of the root directory, " + runs.error().message);
  for (const ClusterRun& run : *runs) std::fill_n(used_.begin() + (run.first - kExfatFirstCluster), run.count, true);
  ASSIGN_OR_RETURN(const ByteVector bytes, ReadDirectory(*runs));
  ASSIGN_OR_RETURN(const ExfatRoot root, ParseExfatRoot(bytes, geometry_.fats, fault_));
  reader_.label_ = root.label;
  for (uint32_t i = 0; i < geometry_.fats; ++i) {
    const ExfatBitmapEntry& entry = *root.bitmaps[i];
    if (entry.length < geometry_.BitmapSize())
      return fault_(ExfatStructure::kBitmap, "it has fewer bits than clusters");
    ASSIGN_OR_RETURN(ByteVector bitmap,
                     ReadTable(entry.first_cluster, entry.length,
                               RoundUp(geometry_.BitmapSize(), geometry_.cluster_size), ExfatStructure::kBitmap));
    if (i == geometry_.active_fat) bitmap_ = std::move(bitmap);
  }
  ASSIGN_OR_RETURN(const ByteVector table, ReadTable(root.upcase->first_cluster, root.upcase->length,
                                                     ExfatUpcaseTable::kMaxBytes, ExfatStructure::kUpcaseTable));
  if (ExfatTableChecksum(table) != root.upcase->checksum) {
    return fault_(ExfatStructure::kUpcaseTable, "it does not have the checksum that its entry says");
  }
  Result<ExfatUpcaseTable> upcase = ExfatUpcaseTable::Decode(table);
  if (!upcase.ok()) return fault_(ExfatStructure::kUpcaseTable, upcase.error().message);
  upcase_ = *std::move(upcase);
  return ListDirectory(bytes, "");
}

Result<ClusterRuns> ExfatOpener::Claim(const ExfatAllocation& allocation, ExfatStructure owner,
                                       const std::string& name) {
  if (allocation.first == 0) return ClusterRuns();
  const auto corrupt = [&](ExfatStructure structure, const std::string& what) {
    return fault_(structure, name + (name.empty() ? "" : ": ") + what);
  };
  const uint64_t heap_size = uint64_t{geometry_.clusters} * geometry_.cluster_size;
  if (!geometry_.HasCluster(allocation.first) || allocation.length > heap_size) {
    return corrupt(owner, "it lies outside of the clusters");
  }
  const uint64_t count = DivideRoundUp(allocation.length, geometry_.cluster_size);
  ClusterRuns runs = {{.first = allocation.first, .count = static_cast<uint32_t>(count)}};
  if (!allocation.contiguous) {
    Result<ClusterRuns> chain = ChainRuns(reader_.fat_, allocation.first, count, geometry_.clusters);
    if (!chain.ok()) return corrupt(ExfatStructure::kFat, chain.error().message);
    runs = *std::move(chain);
  } else if (count > geometry_.clusters - (allocation.first - kExfatFirstCluster)) {
    return corrupt(owner, "it ends outside of the clusters");
  }
  for (const ClusterRun& run : runs) {
    for (uint32_t i = 0; i < run.count; ++i) {
      const uint32_t index = run.first + i - kExfatFirstCluster;
      if (used_[index]) {
        return corrupt(allocation.contiguous ? owner : ExfatStructure::kFat,
                       "cluster " + std::to_string(index + kExfatFirstCluster) + " belongs to something else, too");
      }
      used_[index] = true;
    }
  }
  return runs;
}

Result<ByteVector> ExfatOpener::ReadTable(uint32_t first, uint64_t length, uint64_t limit, ExfatStructure structure) {
  if (first == 0 || length == 0 || length > limit) return fault_(structure, "an impossible length");
  ASSIGN_OR_RETURN(const ClusterRuns runs, Claim({.first = first, .length = length}, structure, ""));
  ByteVector bytes(length);
  uint64_t done = 0;
  for (const ClusterRun& run : runs) {
    const uint64_t step = std::min(length - done, uint64_t{run.count} * geometry_.cluster_size);
    RETURN_IF_ERROR(file_.ReadAt(ClusterOffset(run.first), MutableByteSpan(bytes).subspan(done, step)));
    done += step;
  }
  return bytes;
}

Result<void> ExfatOpener::TakeMemory(uint64_t bytes) {
  memory_ += bytes;
  if (memory_ <= limit_) return {};
  return fault_(ExfatStructure::kDirectory, "directories and names of more than " + FormatBytes(limit_));
}

Result<ByteVector> ExfatOpener::ReadDirectory(const ClusterRuns& runs) {
  ByteVector bytes;
  const uint64_t step =
      std::min<uint64_t>(geometry_.cluster_size, 64 << 10);  // a directory ends early in a large cluster
  for (const ClusterRun& run : runs) {
    for (uint64_t done = 0; done < uint64_t{run.count} * geometry_.cluster_size; done += step) {
      const size_t begin = bytes.size();
      RETURN_IF_ERROR(TakeMemory(step));
      bytes.resize(begin + step);
      RETURN_IF_ERROR(file_.ReadAt(ClusterOffset(run.first) + done, MutableByteSpan(bytes).subspan(begin)));
      for (size_t at = begin; at < bytes.size(); at += sizeof(ExfatEntry)) {
        if (bytes[at] == kExfatEndOfDirectory) return bytes;
      }
    }
  }
  return bytes;
}

Result<void> ExfatOpener::ListDirectory(ByteSpan bytes, const std::string& path) {
  ASSIGN_OR_RETURN(const ExfatDirectory directory, ParseExfatDirectory(bytes, path, *upcase_, fault_));
  for (const ExfatAllocation& foreign : directory.foreign) {
    RETURN_IF_ERROR(Claim(foreign, ExfatStructure::kEntrySet, path + "/"));
  }
  for (const ExfatFile& file : directory.files) {
    ExfatReader::Entry entry{.path = path + "/" + file.name, .directory = file.directory, .mtime = file.mtime};
    if (entry.path.size() > kExfatMaxPath) return fault_(ExfatStructure::kName, "a path of more than 4095 bytes");
    RETURN_IF_ERROR(TakeMemory(sizeof entry + entry.path.size()));
    ASSIGN_OR_RETURN(const ClusterRuns runs, Claim(file.data, ExfatStructure::kEntrySet, entry.path));
    entry.size = file.directory ? 0 : file.data.length;
    entry.valid_size = file.directory ? 0 : file.valid_length;
    entry.cluster = file.data.first;
    entry.contiguous = file.data.contiguous;
    reader_.entries_.push_back(entry);
    if (!file.directory) continue;
    ASSIGN_OR_RETURN(const ByteVector inner, ReadDirectory(runs));
    RETURN_IF_ERROR(ListDirectory(inner, entry.path));
    memory_ -= inner.size();
  }
  return {};
}

/// Checks that every cluster with an owner is marked as used, and that no other is, except bad ones.
Result<void> ExfatOpener::CheckBitmap() const {
  for (uint32_t i = 0; i < geometry_.clusters; ++i) {
    const bool marked = (bitmap_[i / 8] >> i % 8 & 1) != 0;
    if (marked == used_[i] || (marked && reader_.fat_[i + kExfatFirstCluster] == kExfatBadCluster)) continue;
    return fault_(ExfatStructure::kBitmap,
                  "cluster " + std::to_string(i + kExfatFirstCluster) +
                      (marked ? " is marked as used and belongs to nothing" : " is in use and not marked so"));
  }
  return {};
}

Result<ExfatReader> ExfatReader::Open(const File& file, uint64_t offset, uint64_t size, ExfatDefect* at_fault,
                                      uint64_t limit) {
  const ExfatFault fault(file, at_fault);
  return ExfatOpener(file, offset, fault, limit).Open(size);
}

Result<void> ExfatReader::Read(const Entry& entry, Sink& sink) const {
  ClusterRuns runs;
  const auto count = static_cast<uint32_t>(DivideRoundUp(entry.size, cluster_size_));
  if (entry.contiguous) {
    runs.push_back({.first = entry.cluster, .count = count});
  } else if (entry.size != 0) {
    ASSIGN_OR_RETURN(runs, ChainRuns(fat_, entry.cluster, count, 0));
  }
  ByteVector buffer(std::min<uint64_t>(entry.valid_size, 256 << 10));
  uint64_t left = entry.valid_size;
  for (const ClusterRun& run : runs) {
    const uint64_t begin = heap_ + uint64_t{run.first - kExfatFirstCluster} * cluster_size_;
    const uint64_t length = std::min(left, uint64_t{run.count} * cluster_size_);
    for (uint64_t done = 0; done < length; done += buffer.size()) {
      const auto step = MutableByteSpan(buffer).first(std::min<uint64_t>(buffer.size(), length - done));
      RETURN_IF_ERROR(file_->ReadAt(begin + done, step));
      RETURN_IF_ERROR(sink.Write(step));
    }
    left -= length;
  }
  return sink.WriteHole(entry.size - entry.valid_size);
}

}  // namespace hallmark
