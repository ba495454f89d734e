// SPDX-License-Identifier: Apache-2.0
#include "lib/verity/writer.h"

#include "lib/verity/verity.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

struct NullSink : PositionedSink {
  Result<void> WriteAt(uint64_t, ByteSpan) override { return {}; }
};

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

// Two data blocks, so that the tree is one block: what veritysetup writes for them, to the byte.
TEST(VerityTreeTest, SuperblockAndTreeToTheByte) {
  NullSink null;
  VerityHasher hasher(null, {.salt = {0xaa, 0xbb}, .uuid = {0x11, 0x22}}, 2);
  ASSERT_OK(hasher.WriteAt(0, ByteVector(4096, 7)));
  const VerityTree tree = hasher.Finish();
  EXPECT_EQ(tree.data_blocks(), 2U);
  MemorySink sink;
  ASSERT_OK(tree.Write(sink));
  const std::string bytes(AsText(sink.bytes()));
  ASSERT_EQ(bytes.size(), 2 * 4096U);
  EXPECT_EQ(bytes.size(), VerityTreeSize(2));
  EXPECT_EQ(bytes.substr(0, 16), std::string("verity\0\0\1\0\0\0\1\0\0\0", 16));
  EXPECT_EQ(bytes.substr(16, 3), std::string("\x11\x22\0", 3));
  EXPECT_EQ(bytes.substr(32, 8), std::string("sha256\0\0", 8));
  EXPECT_EQ(bytes.substr(64, 8), std::string("\0\x10\0\0\0\x10\0\0", 8));
  EXPECT_EQ(bytes.substr(72, 8), std::string("\2\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(bytes.substr(80, 11), std::string("\x20\0\0\0\0\0\0\0\xaa\xbb\0", 11));
  EXPECT_TRUE(IsZero(AsBytes(bytes).subspan(90, 4096 - 90)));
  const auto hash = [](ByteSpan block) {
    Sha256Hasher salted;
    salted.Update(Sha256Digest{0xaa, 0xbb});
    salted.Update(block);
    return salted.Finish();
  };
  EXPECT_EQ(ToHex(AsBytes(bytes).subspan(4096, 32)), ToHex(hash(ByteVector(4096, 7))));
  EXPECT_EQ(ToHex(AsBytes(bytes).subspan(4128, 32)), ToHex(hash(ByteVector(4096))));
  EXPECT_TRUE(IsZero(AsBytes(bytes).subspan(4160)));
  EXPECT_EQ(tree.root_hash(), hash(AsBytes(bytes).subspan(4096)));
}

TEST(VerityTreeTest, SizesByTheNumberOfBlocks) {
  EXPECT_EQ(VerityTreeSize(1), 4096U);
  EXPECT_EQ(VerityTreeSize(128), 2 * 4096U);
  EXPECT_EQ(VerityTreeSize(129), 4 * 4096U);
  EXPECT_EQ(VerityTreeSize(128 * 128), 130 * 4096U);
  EXPECT_EQ(VerityTreeSize(128 * 128 + 1), (1 + 129 + 2 + 1) * 4096U);
}

}  // namespace
}  // namespace hallmark
