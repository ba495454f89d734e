// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/restore.h"

#include "lib/compress/seek_table.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/repair.h"
#include "signing/seal/pack.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::ReadFile;
using testing::SampleBundle;
using testing::WriteFile;

constexpr uint32_t kChunk = 64 << 10;
// Of the sample image: the GPT; the EFI system partition in chunks 1 and 2; the root partition in 4 to 11.
constexpr size_t kChunks = testing::kSampleImageSize / kChunk;

/// The sample bundle with a chunk table, signed.
class RestoreTest : public ::testing::Test {
 protected:
  explicit RestoreTest(uint32_t chunk_size = kChunk) : chunk_size_(chunk_size) {}
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
    fs::remove(bundle.Path(".rootfs.img.zst.origin"));
    ASSERT_OK(bundle.Sign(1, 7));
  }

  PackedImage Pack(ThreadPool& threads, std::string_view name, PackOptions options = {}) {
    WriteFile(bundle.Path(name), "");
    const File out = File::Open(bundle.Path(name), 2).value();
    const File in = File::OpenForReading(bundle.Path("rootfs.img")).value();
    options.chunk_size = chunk_size_;
    return PackImage(in, out, options, threads, progress).value();
  }
  Result<RestoreReport> Restore(RestoreOptions options = {}) {
    return RestoreImage(bundle.dir.path(), bundle.trust(), options, pool, progress);
  }
  Result<RepairReport> Repair(RepairOptions options = {}, const fs::path& other = {}) {
    FrameSources others;
    if (!other.empty()) others.push_back(std::make_unique<FileFrameSource>(File::OpenForReading(other).value()));
    return RepairImage(bundle.dir.path(), bundle.trust(), std::move(others), options, pool, progress);
  }
  std::string Findings() {
    return FindingsOf([&](const VerifiedManifest& manifest, const BundleFiles& files, ThreadPool& threads) {
      return CheckEveryByte(manifest, files, threads, progress);
    });
  }
  /// Of a quick check, if none is given.
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
  [[nodiscard]] fs::path Partial() const { return bundle.Path(".rootfs.img.partial"); }

  SampleBundle bundle;
  ThreadPool pool{3};
  Progress progress{Verbosity::kQuiet};
  std::string image;
  ChunkTable table;

 private:
  uint32_t chunk_size_;
};

/// With the GPT, the EFI system partition and what is between it and the root partition in one chunk.
class QuickCheckTest : public RestoreTest {
 protected:
  QuickCheckTest() : RestoreTest(testing::kSampleRootOffset) {}
};

TEST_F(QuickCheckTest, LooksAtTheEfiPartitionAndAtNoOther) {
  const std::string esp = "partition rootfs.img: partition 15 (p) holds other bytes than signed\n";
  EXPECT_EQ(FindingsOf(), "");
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  EXPECT_EQ(FindingsOf(), "");
  for (const uint64_t offset : {testing::kSampleEspOffset, testing::kSampleEspOffset + testing::kSampleEspSize - 1}) {
    bundle.Flip("rootfs.img", offset);
    EXPECT_EQ(FindingsOf(), esp) << offset;
    bundle.Flip("rootfs.img", offset);
  }
  // In a chunk of it, and not in it: one byte before and one behind.
  bundle.Flip("rootfs.img", testing::kSampleEspOffset - 1);
  bundle.Flip("rootfs.img", testing::kSampleEspOffset + testing::kSampleEspSize);
  EXPECT_EQ(FindingsOf(), "");
}

TEST_F(QuickCheckTest, ADamagedChunkTableVouchesForNothing) {
  bundle.Flip("rootfs.img", testing::kSampleEspOffset);
  bundle.Flip("rootfs.img.chunks", 40);
  EXPECT_EQ(FindingsOf(),
            "partition rootfs.img: partition 15 (p) holds other bytes than signed\n"
            "digest rootfs.img.chunks: holds other bytes than signed\n");
}

TEST_F(RestoreTest, PackTellsTheDigestsOfWhatItMade) {
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfs)->sha256, Sha256(AsBytes(image)));
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfs)->sha1, Sha1(AsBytes(image)));
  const std::string compressed = ReadFile(bundle.Path("rootfs.img.zst"));
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfsCompressed)->sha256, Sha256(AsBytes(compressed)));
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfsCompressed)->sha1, Sha1(AsBytes(compressed)));
  ASSERT_EQ(table.chunks.size(), kChunks);
  EXPECT_TRUE(table.chunks[3].zero);
  EXPECT_FALSE(table.chunks[4].zero);
  ASSERT_OK_AND_ASSIGN(const std::vector<SeekEntry> frames,
                       ReadSeekTable(File::OpenForReading(bundle.Path("rootfs.img.zst")).value()));
  EXPECT_EQ(frames.size(), kChunks);
}

TEST_F(RestoreTest, PackDoesNotDependOnThreads) {
  ThreadPool one(1);
  Pack(one, "one");
  EXPECT_EQ(ReadFile(bundle.Path("one")), ReadFile(bundle.Path("rootfs.img.zst")));
}

TEST_F(RestoreTest, PackUsesKnownFramesAndNoDamagedOnes) {
  // Of another level, to be told from those that packing makes.
  const PackedImage other = Pack(pool, "other", {.level = 19});
  const std::string frames = ReadFile(bundle.Path("other"));
  ASSERT_NE(frames, ReadFile(bundle.Path("rootfs.img.zst")));
  const KnownFrames known(other.table, File::OpenForReading(bundle.Path("other")).value());
  Pack(pool, "again", {.known = &known});
  EXPECT_EQ(ReadFile(bundle.Path("again")), frames);

  for (const ChunkTable::Chunk& chunk : other.table.chunks) bundle.Flip("other", chunk.frame_offset);
  Pack(pool, "again", {.known = &known});
  EXPECT_EQ(ReadFile(bundle.Path("again")), ReadFile(bundle.Path("rootfs.img.zst")));
  fs::resize_file(bundle.Path("other"), 1);
  Pack(pool, "again", {.known = &known});
  EXPECT_EQ(ReadFile(bundle.Path("again")), ReadFile(bundle.Path("rootfs.img.zst")));
}

TEST_F(RestoreTest, AFullCheckNamesChunksAndPartitions) {
  EXPECT_EQ(Findings(), "");
  bundle.Flip("rootfs.img", 3 * kChunk + 5);
  bundle.Flip("rootfs.img", testing::kSampleRootOffset + kChunk - 1);
  EXPECT_EQ(Findings(),
            "chunk rootfs.img: chunk 3 (bytes 196608 to 262143) holds other bytes than signed\n"
            "chunk rootfs.img: chunk 4 (bytes 262144 to 327679, partition 1 p) holds other bytes than signed\n");
}

TEST_F(RestoreTest, AFullCheckNamesFrames) {
  const ChunkTable::Chunk& frame = table.chunks[4];
  bundle.Flip("rootfs.img.zst", frame.frame_offset + frame.frame_size - 1);
  EXPECT_EQ(Findings(), "chunk rootfs.img.zst: frame 4 (bytes " + std::to_string(frame.frame_offset) + " to " +
                            std::to_string(frame.frame_offset + frame.frame_size - 1) +
                            ") holds other bytes than signed\n");
  bundle.Flip("rootfs.img.zst", frame.frame_offset + frame.frame_size - 1);
  bundle.Flip("rootfs.img.zst", table.compressed_size - 10);
  EXPECT_THAT(Findings(), ::testing::HasSubstr("digest rootfs.img.zst: the seek table"));
}

TEST_F(RestoreTest, MakesTheImageWithItsHoles) {
  fs::remove(bundle.Path("rootfs.img"));
  ASSERT_OK_AND_ASSIGN(const RestoreReport report, Restore());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  EXPECT_EQ(report.made + report.zeros, image.size());
  EXPECT_FALSE(fs::exists(Partial()));
  ASSERT_OK_AND_ASSIGN(const auto ranges, DataRanges(File::OpenForReading(bundle.Path("rootfs.img")).value()));
  EXPECT_GT(ranges.size(), 1U);
  ASSERT_OK_AND_ASSIGN(const RestoreReport again, Restore());
  EXPECT_TRUE(again.was_there);
}

TEST_F(RestoreTest, GoesOnWithWhatAKilledRunLeft) {
  fs::remove(bundle.Path("rootfs.img"));
  // Chunks 4 and 5 are done, 6 is half done, 12, which is all zeros, holds something.
  std::string partial(7 * kChunk, '\0');
  std::copy_n(image.begin() + 4 * kChunk, 5 * kChunk / 2, partial.begin() + 4 * kChunk);
  WriteFile(Partial(), partial);
  fs::resize_file(Partial(), 12 * kChunk);
  WriteFile(Partial(), ReadFile(Partial()) + "something");
  ASSERT_OK_AND_ASSIGN(const RestoreReport report, Restore());
  EXPECT_EQ(report.kept, 2U * kChunk);
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

TEST_F(RestoreTest, ReplacesAnImageOfAnotherSize) {
  WriteFile(bundle.Path("rootfs.img"), "an older one");
  ASSERT_OK(Restore());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

TEST_F(RestoreTest, WritesNothingThatIsNotSigned) {
  fs::remove(bundle.Path("rootfs.img"));
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 3);
  EXPECT_THAT(Restore(), HasError(ErrorKind::kVerification, "frame 5: "));
  EXPECT_FALSE(fs::exists(bundle.Path("rootfs.img")));
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 3);
  bundle.Flip("rootfs.img.chunks", 50);
  EXPECT_THAT(Restore(), HasError(ErrorKind::kVerification, "rootfs.img.chunks: holds other bytes than signed"));
  bundle.Flip("rootfs.img.chunks", 50);
  bundle.Flip("manifest.json", 50);
  EXPECT_THAT(Restore(), HasError(ErrorKind::kVerification, "manifest.json: is not what"));
  bundle.Flip("manifest.json", 50);
  EXPECT_THAT(Restore({.least_sequence = 8}), HasError(ErrorKind::kVerification, "rolled back"));
  ASSERT_OK(Restore());
}

TEST_F(RestoreTest, DropsTheCompressedImage) {
  fs::remove(bundle.Path("rootfs.img"));
  ASSERT_OK(Restore({.drop_compressed = true}));
  EXPECT_FALSE(fs::exists(bundle.Path("rootfs.img.zst")));
  EXPECT_EQ(Findings(), "");
  fs::remove(bundle.Path("rootfs.img"));
  EXPECT_EQ(Findings(), "missing rootfs.img.zst: is missing\n");
}

TEST_F(RestoreTest, OneAtATime) {
  ASSERT_OK_AND_ASSIGN(const FileLock lock, FileLock::TryAcquireDirectory(bundle.dir.path()));
  EXPECT_THAT(Restore(), HasError(ErrorKind::kIo, "in use by another process"));
  EXPECT_THAT(Repair(), HasError(ErrorKind::kIo, "in use by another process"));
}

TEST_F(RestoreTest, RepairMendsBadChunksAlone) {
  for (size_t chunk = 0; chunk < kChunks; chunk += 3) bundle.Flip("rootfs.img", chunk * kChunk + 99);
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair());
  EXPECT_EQ(report.chunks, (std::vector<size_t>{0, 3, 6, 9, 12, 15}));
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  ASSERT_OK_AND_ASSIGN(const RepairReport again, Repair());
  EXPECT_TRUE(again.chunks.empty());
}

TEST_F(RestoreTest, RepairOfOneChunk) {
  bundle.Flip("rootfs.img", 5 * kChunk);
  bundle.Flip("rootfs.img", 6 * kChunk);
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair({.chunk = 6}));
  EXPECT_EQ(report.chunks, std::vector<size_t>{6});
  bundle.Flip("rootfs.img", 5 * kChunk);
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  EXPECT_THAT(Repair({.chunk = kChunks}), HasError(ErrorKind::kUsage, "no chunk 16: the image has 16"));
}

TEST_F(RestoreTest, RepairMendsTheLength) {
  WriteFile(bundle.Path("rootfs.img"), image.substr(0, image.size() / 2));
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair());
  EXPECT_TRUE(report.resized);
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  WriteFile(bundle.Path("rootfs.img"), image + "more");
  ASSERT_OK(Repair());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

TEST_F(RestoreTest, RepairTakesFromAnotherCopy) {
  const fs::path other = bundle.Path("other.zst");
  fs::copy_file(bundle.Path("rootfs.img.zst"), other);
  bundle.Flip("rootfs.img", 5 * kChunk);
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 3);
  EXPECT_THAT(Repair(), HasError(ErrorKind::kVerification, "frame 5: "));
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair({}, other));
  EXPECT_EQ(report.chunks, std::vector<size_t>{5});
  EXPECT_EQ(report.frames, std::vector<size_t>{5});
  EXPECT_EQ(Findings(), "");
}

TEST_F(RestoreTest, RepairNeedsAnImage) {
  fs::remove(bundle.Path("rootfs.img"));
  EXPECT_THAT(Repair(), HasError(ErrorKind::kNotFound, "rootfs.img is not made yet"));
}

TEST_F(RestoreTest, AnImageOfBeforeIsLookedAtBeforeTheOtherCopyGoes) {
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  EXPECT_THAT(Restore({.drop_compressed = true}),
              HasError(ErrorKind::kVerification, "1 of its chunks hold other bytes"));
  EXPECT_TRUE(fs::exists(bundle.Path("rootfs.img.zst")));
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  ASSERT_OK(Restore({.drop_compressed = true}));
  EXPECT_FALSE(fs::exists(bundle.Path("rootfs.img.zst")));
}

TEST_F(RestoreTest, RepairMendsFramesBeforeThereIsAnImage) {
  const std::string good = ReadFile(bundle.Path("rootfs.img.zst"));
  WriteFile(bundle.Path("other.zst"), good);
  fs::remove(bundle.Path("rootfs.img"));
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 9);
  EXPECT_THAT(Repair(), HasError(ErrorKind::kNotFound, "is not made yet"));
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair({}, bundle.Path("other.zst")));
  EXPECT_EQ(report.frames, std::vector<size_t>{5});
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img.zst")), good);
  ASSERT_OK(Restore());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

}  // namespace
}  // namespace hallmark
