// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/earlier_bundle.h"

#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "lib/base/bytes.h"
#include "signing/bundle/chunk_table.h"
#include "signing/document/signed_directory.h"

namespace hallmark {
namespace {

// The table is not verified yet. The limit keeps the memory of a build small; frames of a larger table are compressed
// again.
constexpr uint64_t kMaxTableSize = 64 << 20;

}  // namespace

EarlierBundle::EarlierBundle(std::filesystem::path marks, const std::filesystem::path& bundle, const Manifest& manifest)
    : marks_(std::move(marks)) {
  Result<SignedDirectory> directory = SignedDirectory::Open(bundle);
  if (!directory.ok()) return;
  const Result<std::string> table =
      directory->ReadSmallFile(manifest.FileName(ArtifactRole::kChunkTable), kMaxTableSize);
  if (!table.ok()) return;
  mark_ = MarkOf(Sha256(AsBytes(*table)));
  std::error_code ignored;
  if (!std::filesystem::exists(mark_, ignored)) return;
  const Result<ChunkTable> parsed = ParseChunkTable(AsBytes(*table));
  Result<File> compressed = directory->OpenFile(manifest.FileName(ArtifactRole::kRootfsCompressed));
  if (parsed.ok() && compressed.ok()) frames_.emplace(*parsed, std::move(compressed).value());
}

void EarlierBundle::ReplacedBy(const Manifest& manifest) const {
  const std::filesystem::path mark = MarkOf(manifest.Find(ArtifactRole::kChunkTable)->sha256);
  std::error_code ignored;
  if (!mark_.empty() && mark != mark_) std::filesystem::remove(mark_, ignored);
  std::filesystem::create_directories(marks_, ignored);
  std::ofstream(mark).flush();
}

std::filesystem::path EarlierBundle::MarkOf(const Sha256Digest& table) const { return marks_ / ToHex(table); }

}  // namespace hallmark
