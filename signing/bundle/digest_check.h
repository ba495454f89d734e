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

/// True for the images, whose digests a full check alone looks at: they are what makes it take seconds.
constexpr bool IsLarge(ArtifactRole role) {
  return role == ArtifactRole::kRootfs || role == ArtifactRole::kRootfsCompressed;
}

/// The files of a bundle, opened once: what was checked is what is used.
using BundleFiles = std::map<ArtifactRole, File>;

/// One digest to compare: a small artifact, or a partition of the image.
struct DigestTask {
  const File* file;
  uint64_t offset;
  uint64_t size;
  Sha256Digest expected;
  Finding finding;             ///< if it differs
  std::vector<size_t> chunks;  ///< of a partition: those that it lies in, where they are looked at instead
};

/// The digest of one whole artifact, whose file is `file`.
DigestTask ArtifactTask(const Manifest& manifest, const Artifact& artifact, const File& file);

/// The image's chunk table and what of it is on disk, if both are there and sound.
class SignedChunks {
 public:
  static std::optional<SignedChunks> Of(const Manifest& manifest, const BundleFiles& files);

  /// Those that share a byte with a range.
  [[nodiscard]] std::vector<size_t> Within(uint64_t offset, uint64_t size) const;
  /// True if the chunk holds what the table says.
  [[nodiscard]] Result<bool> Holds(size_t index) const { return chunks_.Holds(index); }

 private:
  SignedChunks(std::unique_ptr<ChunkTable> table, ImageChunks chunks)
      : table_(std::move(table)), chunks_(std::move(chunks)) {}

  std::unique_ptr<ChunkTable> table_;
  ImageChunks chunks_;
};

/// Compares digests on all cores of `pool`; findings come in the order of the tasks. A partition whose every chunk is
/// as signed is as signed: told on all cores, and without reading holes. Where a chunk is not, the partition's own
/// digest decides, for the bytes that differ may lie beside it. `chunks` are those of the tasks that name some.
Result<void> CompareDigests(const std::vector<DigestTask>& tasks, const std::optional<SignedChunks>& chunks,
                            ThreadPool& pool, std::vector<Finding>& findings);

}  // namespace hallmark
