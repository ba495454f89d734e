// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/pack.h"

#include "lib/compress/seek_table.h"
#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::kSampleChunks;
using testing::ReadFile;

class PackTest : public testing::ChunkedBundleTest {};

TEST_F(PackTest, TellsTheDigestsOfWhatItMade) {
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfs)->sha256, Sha256(AsBytes(image)));
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfs)->sha1, Sha1(AsBytes(image)));
  const std::string compressed = ReadFile(bundle.Path("rootfs.img.zst"));
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfsCompressed)->sha256, Sha256(AsBytes(compressed)));
  EXPECT_EQ(bundle.manifest.Find(ArtifactRole::kRootfsCompressed)->sha1, Sha1(AsBytes(compressed)));
  ASSERT_EQ(table.chunks.size(), kSampleChunks);
  EXPECT_TRUE(table.chunks[3].zero);
  EXPECT_FALSE(table.chunks[4].zero);
  ASSERT_OK_AND_ASSIGN(const std::vector<SeekEntry> frames,
                       ReadSeekTable(File::OpenForReading(bundle.Path("rootfs.img.zst")).value()));
  EXPECT_EQ(frames.size(), kSampleChunks);
}

TEST_F(PackTest, DoesNotDependOnThreads) {
  ThreadPool one(1);
  Pack(one, "one");
  EXPECT_EQ(ReadFile(bundle.Path("one")), ReadFile(bundle.Path("rootfs.img.zst")));
}

TEST_F(PackTest, UsesKnownFramesAndNoDamagedOnes) {
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

}  // namespace
}  // namespace hallmark
