// SPDX-License-Identifier: Apache-2.0
#include "lib/base/crc32c.h"
#include "lib/ext4/ext4_format.h"
#include "lib/ext4/reader.h"
#include "tests/unit/lib/ext4/sample_image.h"

namespace hallmark {
namespace {

using testing::HasError;

/// Where the entries of the directory begin in its block: ".", "..", "aa" and "bb", to which the rest of it belongs.
constexpr size_t kDot = 0;
constexpr size_t kDots = 12;
constexpr size_t kA = 24;
constexpr size_t kB = 36;

/// A filesystem with a directory /d, whose block and inode can be changed so that their checksums hold.
class DirectoryReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* path : {"/d/aa", "/d/bb"}) ASSERT_OK(tree_.Put(path, FileTree::RegularFile("x", 0644, {})));
    tree_.Compact();
    image_ = testing::SampleImage(tree_, {.size = 1 << 20});
    ASSERT_OK_AND_ASSIGN(const Ext4Tree tree, Read());
    const Ext4Inode& directory = tree.inode(*tree.tree.Find("/d"));
    number_ = directory.number;
    block_ = directory.extents.at(0).physical * 4096;
    const ByteVector zeros(16);
    seed_ = Crc32c(Crc32c(Crc32c(~0U, zeros), StructBytes(Le32(number_))), StructBytes(Le32(0)));
  }
  [[nodiscard]] Result<Ext4Tree> Read() const {
    ASSIGN_OR_RETURN(const Ext4Reader reader, Ext4Reader::Open(image_, 0, 1 << 20));
    return reader.ReadTree();
  }
  /// What reading says with `bytes` at `offset` of the block: the message behind the directory's name, or "good".
  [[nodiscard]] std::string With(size_t offset, std::string_view bytes) const {
    ByteVector block(4096);
    EXPECT_OK(image_.ReadAt(block_, block));
    std::ranges::copy(bytes, block.begin() + static_cast<ptrdiff_t>(offset));
    const Le32 checksum = Crc32c(seed_, ByteSpan(block).first(4084));
    std::ranges::copy(StructBytes(checksum), block.end() - 4);
    return MessageWith(block_, block);
  }
  /// The same with another size, and with the extent at block `logical` of the directory.
  [[nodiscard]] std::string WithSize(uint64_t size, uint32_t logical = 0) const {
    const uint64_t place = 4 * 4096 + (number_ - 1) * uint64_t{256};  // behind superblock, descriptors and bitmaps
    std::array<ext4::Inode, 1> inodes{};
    EXPECT_OK(image_.ReadAt(place, MutableArrayBytes(inodes)));
    ext4::Inode& inode = inodes[0];
    inode.size = static_cast<uint32_t>(size);
    inode.size_high = static_cast<uint32_t>(size >> 32);
    const Le32 first = logical;
    std::ranges::copy(StructBytes(first), inode.block.begin() + 12);
    inode.checksum_low = inode.checksum_high = 0;
    const uint32_t checksum = Crc32c(seed_, StructBytes(inode));
    inode.checksum_low = static_cast<uint16_t>(checksum);
    inode.checksum_high = static_cast<uint16_t>(checksum >> 16);
    return MessageWith(place, StructBytes(inode));
  }
  [[nodiscard]] std::string MessageWith(uint64_t place, ByteSpan bytes) const {
    ByteVector before(bytes.size());
    EXPECT_OK(image_.ReadAt(place, before));
    EXPECT_OK(image_.WriteAt(place, bytes));
    const Result<Ext4Tree> tree = Read();
    EXPECT_OK(image_.WriteAt(place, before));
    if (tree.ok()) return "good";
    const std::string start = "image: ext4: /d/: directory with inode " + std::to_string(number_) + ": ";
    EXPECT_THAT(tree, HasError(ErrorKind::kCorrupt, start));
    return tree.error().message.substr(std::min(start.size(), tree.error().message.size()));
  }

  FileTree tree_;
  File image_;
  uint32_t number_ = 0;
  uint64_t block_ = 0;  // offset of the directory's block
  uint32_t seed_ = 0;
};

TEST_F(DirectoryReaderTest, EntriesAreChecked) {
  EXPECT_EQ(With(kA + 8, "cc"), "good");
  EXPECT_EQ(With(kB + 8, "aa"), "a name twice");
  EXPECT_EQ(With(kA + 6, std::string_view("\0", 1)), "an impossible name");
  EXPECT_EQ(With(kA + 8, "/a"), "an impossible name");
  EXPECT_EQ(With(kA + 8, std::string_view("\0a", 2)), "an impossible name");
  EXPECT_EQ(With(kA + 6, "\x05"), "an entry with an impossible length");
  EXPECT_EQ(With(kA, "\xff\xff\xff\x7f"), "an entry with inode 2147483647, and there are fewer");
  EXPECT_EQ(With(kDot, "\x02"), "'.' is inode 2");
  EXPECT_EQ(With(kDots, "\x0b"), "'..' is inode 11");
  EXPECT_EQ(With(kA + 8, ".."), "'..' is inode " + std::to_string(number_ + 1));
  EXPECT_EQ(With(kDot, std::string_view("\0\0\0\0", 4)), "'.' or '..' is missing");
  EXPECT_EQ(With(kDots, std::string_view("\0\0\0\0", 4)), "'.' or '..' is missing");
}

TEST_F(DirectoryReaderTest, TheSizeIsThatOfTheBlocks) {
  EXPECT_EQ(WithSize(4096), "good");
  for (const uint64_t size : {0, 5, 4097}) EXPECT_EQ(WithSize(size), "not a whole number of blocks") << size;
  EXPECT_EQ(WithSize(8192), "shorter than its size");
  EXPECT_EQ(WithSize(0x7ffffffffffff000), "shorter than its size");
  EXPECT_EQ(WithSize(8192, 1), "a hole");
}

}  // namespace
}  // namespace hallmark
