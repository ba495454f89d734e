// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/verity.h"

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

TEST(VerityHasherTest, TakesPiecesInAnyOrder) {
  NullSink null;
  const ByteVector data(3 * 4096, 7);
  const ByteVector zeros(4 * 4096);

  VerityHasher forward(null, {.salt = {1}}, 300);
  ASSERT_OK(forward.WriteAt(0, zeros));
  ASSERT_OK(forward.WriteAt(4 * 4096, data));
  ASSERT_OK(forward.WriteAt(297 * 4096, data));
  VerityHasher backward(null, {.salt = {1}}, 300);
  ASSERT_OK(backward.WriteAt(297 * 4096, data));
  ASSERT_OK(backward.WriteAt(4 * 4096, data));  // and nothing where there are zeros
  const Sha256Digest root_hash = forward.Finish().root_hash();
  EXPECT_EQ(backward.Finish().root_hash(), root_hash);

  VerityHasher other(null, {.salt = {1}}, 300);
  ASSERT_OK(other.WriteAt(5 * 4096, data));
  EXPECT_THAT(other.WriteAt(1, data), HasError(ErrorKind::kUsage, "whole blocks"));
  EXPECT_THAT(other.WriteAt(0, ByteSpan(data).first(4095)), HasError(ErrorKind::kUsage, "whole blocks"));
  EXPECT_THAT(other.WriteAt(298 * 4096, data), HasError(ErrorKind::kUsage, "whole blocks of the data"));
  EXPECT_NE(other.Finish().root_hash(), root_hash);
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
  EXPECT_THAT(with(0, "V"), HasError(ErrorKind::kCorrupt, "no superblock"));
  EXPECT_THAT(with(8, "\2"), HasError(ErrorKind::kUnsupported, "not of version 1"));
  EXPECT_THAT(with(32, "sha1"), HasError(ErrorKind::kUnsupported, "with SHA-256"));
  EXPECT_THAT(with(64, "\1"), HasError(ErrorKind::kUnsupported, "blocks of 4096 bytes"));
  EXPECT_THAT(with(72, std::string_view("\1\0", 2)), HasError(ErrorKind::kUnsupported, "fewer than two blocks"));
  EXPECT_THAT(with(72, "\xff\xff\xff\xff\xff\xff\xff\xff"), HasError(ErrorKind::kCorrupt, "more blocks than its tree"));
  EXPECT_THAT(with(72, "\xff\x0f"), HasError(ErrorKind::kCorrupt, "does not fit into its partition"));
  EXPECT_THAT(with(80, "\xff\xff"), HasError(ErrorKind::kCorrupt, "an impossible salt"));
  EXPECT_THAT(Read(device.substr(0, 4096)), HasError(ErrorKind::kCorrupt, "no room for a hash tree"));
  ASSERT_OK_AND_ASSIGN(const VerityFacts other, with(4096 + 7, "x"));
  EXPECT_NE(other.root_hash, facts.root_hash);
}

}  // namespace
}  // namespace hallmark
