// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/full_check.h"

#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

using testing::kSampleChunk;
using testing::ReadFile;
using testing::WriteFile;

class FullCheckTest : public testing::ChunkedBundleTest {};

TEST_F(FullCheckTest, NamesChunksAndPartitions) {
  EXPECT_EQ(Findings(), "");
  bundle.Flip("rootfs.img", 3 * kSampleChunk + 5);
  bundle.Flip("rootfs.img", testing::kSampleRootOffset + kSampleChunk - 1);
  EXPECT_EQ(Findings(),
            "chunk rootfs.img: chunk 3 (bytes 196608 to 262143) holds other bytes than signed\n"
            "chunk rootfs.img: chunk 4 (bytes 262144 to 327679, partition 1 p) holds other bytes than signed\n");
}

TEST_F(FullCheckTest, NamesFrames) {
  const ChunkTable::Chunk& frame = table.chunks[4];
  bundle.Flip("rootfs.img.zst", frame.frame_offset + frame.frame_size - 1);
  EXPECT_EQ(Findings(), "chunk rootfs.img.zst: frame 4 (bytes " + std::to_string(frame.frame_offset) + " to " +
                            std::to_string(frame.frame_offset + frame.frame_size - 1) +
                            ") holds other bytes than signed\n");
  bundle.Flip("rootfs.img.zst", frame.frame_offset + frame.frame_size - 1);
  bundle.Flip("rootfs.img.zst", table.compressed_size - 10);
  EXPECT_THAT(Findings(), ::testing::HasSubstr("digest rootfs.img.zst: the seek table"));
}

TEST_F(FullCheckTest, ATableThatIsSignedAndMalformedIsAFinding) {
  std::string bytes = ReadFile(bundle.Path("rootfs.img.chunks"));
  bytes[0] = 'h';
  WriteFile(bundle.Path("rootfs.img.chunks"), bytes);
  for (Artifact& artifact : bundle.manifest.artifacts) {
    if (artifact.role == ArtifactRole::kChunkTable) artifact.sha256 = Sha256(AsBytes(bytes));
  }
  WriteFile(bundle.Path("manifest.json"), FormatManifest(bundle.manifest).value());
  ASSERT_OK(bundle.Sign(1, 8));
  EXPECT_EQ(Findings(), "malformed rootfs.img.chunks: chunk table: no magic number\n");
}

TEST_F(FullCheckTest, OfWholeFilesWhereThereIsNoTable) {
  const auto findings = [&] {
    return FindingsOf([](const VerifiedManifest& manifest, const BundleFiles& files, ThreadPool& threads) {
      BundleFiles without;
      for (const auto& [role, file] : files) {
        if (role != ArtifactRole::kChunkTable) without.emplace(role, File::OpenForReading(file.path()).value());
      }
      Progress quiet(Verbosity::kQuiet);
      return CheckEveryByte(manifest, without, threads, quiet);
    });
  };
  EXPECT_EQ(findings(), "");
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  bundle.Flip("rootfs.img.zst", 5);
  EXPECT_EQ(findings(),
            "digest rootfs.img: holds other bytes than signed\ndigest rootfs.img.zst: holds other bytes than signed\n");
}

}  // namespace
}  // namespace hallmark
