// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/signed_chunk_table.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

/// Two chunks, 65,537 bytes, in frames of 200 and 20 bytes; a seek table of 17 bytes and 8 for each follows.
ChunkTable SampleTable() {
  ChunkTable table{.raw_size = 65537, .compressed_size = 200 + 20 + 33, .chunk_size = 65536};
  table.chunks = {{.frame_offset = 0, .frame_size = 200}, {.frame_offset = 200, .frame_size = 20}};
  return table;
}

Manifest ManifestOf(ByteSpan table) {
  Manifest manifest;
  manifest.artifacts = {{ArtifactRole::kRootfs, 65537, {}, std::nullopt},
                        {ArtifactRole::kRootfsCompressed, 253, {}, std::nullopt},
                        {ArtifactRole::kChunkTable, table.size(), Sha256(table), std::nullopt}};
  return manifest;
}

TEST(SignedChunkTableTest, OnlyTheSignedBytesAreRead) {
  const testing::TempDir dir;
  const ByteVector bytes = FormatChunkTable(SampleTable());
  const Manifest manifest = ManifestOf(bytes);
  const std::string path = (dir / "chunks").string();
  const auto read = [&](const Manifest& signed_by, const std::string& content) {
    testing::WriteFile(path, content);
    return ReadChunkTable(signed_by, File::OpenForReading(path).value());
  };
  const std::string text(AsText(bytes));
  ASSERT_OK_AND_ASSIGN(const ChunkTable table, read(manifest, text));
  EXPECT_EQ(table.chunks.size(), 2U);
  const auto differs = HasError(ErrorKind::kVerification, path + ": holds other bytes than signed");
  EXPECT_THAT(read(manifest, text + "x"), differs);
  EXPECT_THAT(read(manifest, text.substr(1)), differs);
  for (size_t bit = 0; bit < text.size() * 8; bit += 97) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_THAT(read(manifest, flipped), differs) << bit;
  }
  EXPECT_THAT(read(ManifestOf(AsBytes("no table")), "no table"), HasError(ErrorKind::kCorrupt, path + ": chunk table"));
  Manifest without = manifest;
  without.artifacts.pop_back();
  EXPECT_THAT(read(without, text), HasError(ErrorKind::kUnsupported, "the bundle has no chunk table"));
  Manifest large = manifest;
  large.artifacts[2].size = kMaxChunkTableSize + 1;
  std::filesystem::resize_file(path, kMaxChunkTableSize + 1);
  EXPECT_THAT(ReadChunkTableBytes(large, File::OpenForReading(path).value()),
              HasError(ErrorKind::kUnsupported, path + ": too large"));
}

TEST(SignedChunkTableTest, IsOfTheManifestsImages) {
  const ByteVector bytes = FormatChunkTable(SampleTable());
  EXPECT_OK(ParseSignedChunkTable(ManifestOf(bytes), bytes));
  for (const size_t artifact : {0, 1}) {
    Manifest manifest = ManifestOf(bytes);
    ++manifest.artifacts[artifact].size;
    EXPECT_THAT(ParseSignedChunkTable(manifest, bytes),
                HasError(ErrorKind::kCorrupt, "is of another image than the manifest's"));
    manifest.artifacts.erase(manifest.artifacts.begin() + static_cast<ptrdiff_t>(artifact));
    EXPECT_THAT(ParseSignedChunkTable(manifest, bytes),
                HasError(ErrorKind::kUnsupported, "the bundle has no chunk table"));
  }
}

TEST(SignedChunkTableTest, DeterminesTheSeekTable) {
  ChunkTable table = SampleTable();
  ASSERT_OK_AND_ASSIGN(const ByteVector bytes, SeekTableOf(table));
  // A skippable frame of 25 bytes: sizes of each frame and of what it holds, their number, no checksums, the magic.
  EXPECT_EQ(ToHex(bytes),
            "5e2a4d1819000000" + std::string("c800000000000100") + "1400000001000000" + "02000000" + "00" + "b1ea928f");
  for (const uint64_t size : {252, 254}) {
    table.compressed_size = size;
    EXPECT_THAT(SeekTableOf(table),
                HasError(ErrorKind::kCorrupt, "chunk table: frames and seek table do not fill the compressed file"));
  }
}

}  // namespace
}  // namespace hallmark
