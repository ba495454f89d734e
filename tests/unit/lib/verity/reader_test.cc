// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/reader.h"

#include "lib/verity/writer.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::TempDir;
using testing::WriteFile;

struct NullSink : PositionedSink {
  Result<void> WriteAt(uint64_t, ByteSpan) override { return {}; }
};

Result<VerityFacts> Read(const std::string& device) {
  const TempDir dir;
  WriteFile(dir / "hash", "front" + device);
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(dir / "hash"));
  return ReadVerity(file, 5, device.size());
}

TEST(VerityReaderTest, ReadsBackWhatWasWrittenAndRefusesTheRest) {
  NullSink null;
  VerityHasher hasher(null, {.salt = {1, 2, 3}, .uuid = {9}}, 300);
  ASSERT_OK(hasher.WriteAt(0, ByteVector(300 * 4096, 7)));
  const VerityTree tree = hasher.Finish();
  MemorySink sink;
  ASSERT_OK(tree.Write(sink));
  const std::string device(AsText(sink.bytes()));

  ASSERT_OK_AND_ASSIGN(const VerityFacts facts, Read(device));
  EXPECT_EQ(facts.root_hash, tree.root_hash());
  EXPECT_EQ(facts.data_blocks, 300U);
  EXPECT_EQ(facts.size, device.size());
  EXPECT_EQ(facts.uuid, Guid{9});
  EXPECT_EQ(facts.salt.size(), 32U);

  const auto with = [&](size_t offset, std::string_view bytes) {
    std::string changed = device;
    changed.replace(offset, bytes.size(), bytes);
    return Read(changed);
  };
  EXPECT_THAT(with(0, "V"), HasError(ErrorKind::kCorrupt, "dm-verity superblock: no signature"));
  EXPECT_THAT(with(8, "\2"), HasError(ErrorKind::kUnsupported, "the version or the type is not 1"));
  EXPECT_THAT(with(32, "sha1"), HasError(ErrorKind::kUnsupported, "the hash is not sha256"));
  EXPECT_THAT(with(64, "\1"), HasError(ErrorKind::kCorrupt, "a block size is not a power of two"));
  EXPECT_THAT(with(65, "\x20"), HasError(ErrorKind::kUnsupported, "blocks of 4096 bytes"));
  EXPECT_THAT(with(69, "\x20"), HasError(ErrorKind::kUnsupported, "blocks of 4096 bytes"));
  EXPECT_THAT(with(72, std::string_view("\0\0", 2)), HasError(ErrorKind::kCorrupt, "no data blocks"));
  EXPECT_THAT(with(72, std::string_view("\1\0", 2)), HasError(ErrorKind::kUnsupported, "fewer than two blocks"));
  EXPECT_THAT(with(72, "\xff\xff\xff\xff\xff\xff\xff\xff"), HasError(ErrorKind::kCorrupt, "more blocks than its tree"));
  EXPECT_THAT(with(72, "\xff\x0f"), HasError(ErrorKind::kCorrupt, "does not fit into its partition"));
  EXPECT_THAT(with(80, "\xff\xff"), HasError(ErrorKind::kCorrupt, "the salt is longer than 256 bytes"));
  EXPECT_THAT(Read(device.substr(0, 4096)), HasError(ErrorKind::kCorrupt, "no room for a hash tree"));
  ASSERT_OK_AND_ASSIGN(const VerityFacts other, with(4096 + 7, "x"));
  EXPECT_NE(other.root_hash, facts.root_hash);
}

}  // namespace
}  // namespace hallmark
