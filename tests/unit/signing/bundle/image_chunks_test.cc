// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/image_chunks.h"

#include <fcntl.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::TempDir;
using testing::WriteFile;

constexpr uint32_t kChunk = 64 << 10;

/// Four chunks: letters, a hole where zeros must be, a hole where letters must be, and zeros of ten bytes.
class ImageChunksTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFile(dir_ / "image", "");
    file_ = File::Open(dir_ / "image", O_RDWR).value();
    ASSERT_OK(file_.Truncate(3 * kChunk + 10));
    ASSERT_OK(file_.WriteAt(0, AsBytes(std::string(kChunk, 'a'))));
    ASSERT_OK(file_.WriteAt(3 * kChunk, AsBytes(std::string(10, '\0'))));
    table_.raw_size = 3 * kChunk + 10;
    table_.chunk_size = kChunk;
    const Sha256Digest letters = Sha256(AsBytes(std::string(kChunk, 'a')));
    table_.chunks = {{.raw_sha256 = letters}, {.zero = true}, {.raw_sha256 = letters}, {.zero = true}};
  }
  std::string Holds() {
    const ImageChunks chunks = ImageChunks::Open(file_, table_).value();
    std::string text;
    for (size_t i = 0; i < table_.chunks.size(); ++i) text += chunks.Holds(i).value() ? '1' : '0';
    return text;
  }
  TempDir dir_;
  File file_;
  ChunkTable table_;
};

TEST_F(ImageChunksTest, TellsHolesFromData) {
  ASSERT_OK_AND_ASSIGN(const ImageChunks chunks, ImageChunks::Open(file_, table_));
  EXPECT_FALSE(chunks.IsHole(0));
  EXPECT_TRUE(chunks.IsHole(1));
  EXPECT_TRUE(chunks.IsHole(2));
  EXPECT_FALSE(chunks.IsHole(3));
}

TEST_F(ImageChunksTest, ComparesWithTheTable) {
  EXPECT_EQ(Holds(), "1101");
  ASSERT_OK(file_.WriteAt(2 * kChunk, AsBytes(std::string(kChunk, 'a'))));
  EXPECT_EQ(Holds(), "1111");
  for (const uint64_t offset : {uint64_t{kChunk - 1}, uint64_t{2 * kChunk - 1}, uint64_t{3 * kChunk + 9}}) {
    ASSERT_OK(file_.WriteAt(offset, AsBytes("x")));
  }
  EXPECT_EQ(Holds(), "0010");
}

// One byte in the middle of a chunk makes it data.
TEST_F(ImageChunksTest, AByteMakesAHoleData) {
  ASSERT_OK(file_.WriteAt(kChunk + kChunk / 2, AsBytes("x")));
  ASSERT_OK_AND_ASSIGN(const ImageChunks chunks, ImageChunks::Open(file_, table_));
  EXPECT_FALSE(chunks.IsHole(1));
  EXPECT_EQ(Holds(), "1001");
}

TEST_F(ImageChunksTest, AnImageThatEndsEarlyIsAnError) {
  ASSERT_OK(file_.Truncate(kChunk - 1));
  ASSERT_OK_AND_ASSIGN(const ImageChunks chunks, ImageChunks::Open(file_, table_));
  EXPECT_FALSE(chunks.Holds(0).ok());
}

}  // namespace
}  // namespace hallmark
