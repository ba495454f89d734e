// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>

#include <memory>
#include <string>

#include "lib/base/progress.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/repair.h"
#include "signing/bundle/restore.h"
#include "signing/seal/pack.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark::testing {

constexpr uint32_t kSampleChunk = 64 << 10;
// Chunks of the sample image: first the GPT; the EFI system partition in chunks 1 and 2; the root partition in 4 to 11.
constexpr size_t kSampleChunks = kSampleImageSize / kSampleChunk;

/// The sample bundle with a chunk table, signed.
class ChunkedBundleTest : public ::testing::Test {
 protected:
  explicit ChunkedBundleTest(uint32_t chunk_size = kSampleChunk) : chunk_size_(chunk_size) {}
  void SetUp() override {
    image = ReadFile(bundle.Path("rootfs.img"));
    std::erase_if(bundle.manifest.artifacts,
                  [](const Artifact& artifact) { return artifact.role <= ArtifactRole::kChunkTable; });
    PackedImage packed = Pack(pool, "rootfs.img.zst");
    table = packed.table;
    const ByteVector bytes = FormatChunkTable(table);
    WriteFile(bundle.Path("rootfs.img.chunks"), AsText(bytes));
    auto& artifacts = bundle.manifest.artifacts;
    artifacts.insert(
        artifacts.begin(),
        {{ArtifactRole::kRootfs, packed.raw->size, packed.raw->sha256, packed.raw->sha1},
         {ArtifactRole::kRootfsCompressed, packed.compressed.size, packed.compressed.sha256, packed.compressed.sha1},
         {ArtifactRole::kChunkTable, bytes.size(), Sha256(bytes), std::nullopt}});
    WriteFile(bundle.Path("manifest.json"), FormatManifest(bundle.manifest).value());
    std::filesystem::remove(bundle.Path(".rootfs.img.zst.origin"));
    ASSERT_OK(bundle.Sign(1, 7));
  }

  PackedImage Pack(ThreadPool& threads, std::string_view name, PackOptions options = {}) {
    WriteFile(bundle.Path(name), "");
    const File out = File::Open(bundle.Path(name), O_RDWR).value();
    const File in = File::OpenForReading(bundle.Path("rootfs.img")).value();
    options.chunk_size = chunk_size_;
    return PackImage(in, out, options, threads, progress).value();
  }
  Result<RestoreReport> Restore(RestoreOptions options = {}) {
    return RestoreImage(bundle.dir.path(), bundle.trust(), options, pool, progress);
  }
  Result<RepairReport> Repair(RepairOptions options = {}, const std::filesystem::path& other = {}) {
    FrameSources others;
    if (!other.empty()) others.push_back(std::make_unique<FileFrameSource>(File::OpenForReading(other).value()));
    return RepairImage(bundle.dir.path(), bundle.trust(), std::move(others), options, pool, progress);
  }
  std::string Findings() {
    return FindingsOf([&](const VerifiedManifest& manifest, const BundleFiles& files, ThreadPool& threads) {
      return CheckEveryByte(manifest, files, threads, progress);
    });
  }
  /// The findings of a check, one per line. Without `full_check`, of a quick check.
  std::string FindingsOf(FullCheck full_check = {}) {
    VerifyOptions options;
    options.full_check = std::move(full_check);
    const Result<VerifyReport> report = bundle.Verify(options);
    if (!report.ok()) return "error: " + report.error().message;
    std::string text;
    for (const Finding& finding : report->findings) {
      text.append(VerdictName(finding.verdict)).append(" ").append(finding.where).append(": ");
      text.append(finding.message).append("\n");
    }
    return text;
  }
  [[nodiscard]] std::filesystem::path Partial() const { return bundle.Path(".rootfs.img.partial"); }

  SampleBundle bundle;
  ThreadPool pool{3};
  Progress progress{Verbosity::kQuiet};
  std::string image;
  ChunkTable table;

 private:
  uint32_t chunk_size_;
};

}  // namespace hallmark::testing
