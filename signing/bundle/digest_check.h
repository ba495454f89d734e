// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "lib/crypto/digest.h"
#include "signing/bundle/chunk_table.h"
#include "signing/bundle/image_chunks.h"
#include "signing/bundle/manifest.h"
#include "signing/document/finding.h"

namespace hallmark {

/// True for the images. Only a full check looks at their digests, because that takes seconds.
constexpr bool IsLarge(ArtifactRole role) {
  return role == ArtifactRole::kRootfs || role == ArtifactRole::kRootfsCompressed;
}

/// The files of a bundle, opened once, so that the file that was checked is the file that is used.
using BundleFiles = std::map<ArtifactRole, File>;

/// A digest to compare: that of a small artifact, or of a partition of the image.
struct DigestTask {
  const File* file;
  uint64_t offset;
  uint64_t size;
  Sha256Digest expected;
  Finding finding;             ///< reported if the digest differs
  std::vector<size_t> chunks;  ///< of a partition: the chunks that it overlaps; they are checked instead of its digest
};

/// The task for the digest of a whole artifact, whose file is `file`.
DigestTask ArtifactTask(const Manifest& manifest, const Artifact& artifact, const File& file);

/// The image's chunk table, and the chunks of the image on disk.
class SignedChunks {
 public:
  /// Empty if the bundle has no image or no chunk table, or if one of them can't be read or is not as signed.
  static std::optional<SignedChunks> Of(const Manifest& manifest, const BundleFiles& files);

  /// The indices of the chunks that overlap `size` bytes from `offset` of the image.
  [[nodiscard]] std::vector<size_t> Within(uint64_t offset, uint64_t size) const;
  /// True if the chunk has the digest that the table names.
  [[nodiscard]] Result<bool> Holds(size_t index) const { return chunks_.Holds(index); }

 private:
  SignedChunks(std::unique_ptr<ChunkTable> table, ImageChunks chunks)
      : table_(std::move(table)), chunks_(std::move(chunks)) {}

  std::unique_ptr<ChunkTable> table_;
  ImageChunks chunks_;
};

/// Compares digests on all threads of `pool`; findings come in the order of the tasks. If every chunk of a partition is
/// as signed, the partition is as signed: checking chunks uses all cores and reads no holes. If a chunk differs, the
/// partition's own digest decides, because the differing bytes may lie outside of it. `chunks` are those that the tasks
/// name.
Result<void> CompareDigests(const std::vector<DigestTask>& tasks, const std::optional<SignedChunks>& chunks,
                            ThreadPool& pool, std::vector<Finding>& findings);

}  // namespace hallmark
