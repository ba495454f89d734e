// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/image_diff.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/rootfs/inspect/sample_filesystem.h"

namespace hallmark {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ImageDiffTest : public ::testing::Test {
 protected:
  ImageDiffTest() {
    EXPECT_OK(tree_.Put("/etc/motd", FileTree::RegularFile("hello", 0644, {1})));
    tree_.Compact();
    testing::WriteSampleFilesystem(tree_, directory_ / "first");
  }
  /// Changes one byte of the second image.
  void Flip(uint64_t offset) const {
    const File file = File::Open(directory_ / "second", O_RDWR).value();
    uint8_t byte = 0;
    EXPECT_OK(file.ReadAt(offset, {&byte, 1}));
    byte ^= 1;
    EXPECT_OK(file.WriteAt(offset, {&byte, 1}));
  }
  [[nodiscard]] std::vector<std::string> Diff() const {
    const ImageParts first = ReadImage(directory_ / "first").value();
    const ImageParts second = ReadImage(directory_ / "second").value();
    std::vector<std::string> lines;
    const Differences differences = DiffImages(first, second).value();
    for (const Difference& difference : differences) lines.push_back(FormatDifference(difference));
    return lines;
  }

  testing::TempDir directory_;
  FileTree tree_;
};

TEST_F(ImageDiffTest, FindsNothingInTheSameBytes) {
  testing::WriteSampleFilesystem(tree_, directory_ / "second");
  EXPECT_THAT(Diff(), IsEmpty());
}

TEST_F(ImageDiffTest, NamesFieldsOfTheSuperblock) {
  testing::WriteSampleFilesystem(tree_, directory_ / "second", "other");
  EXPECT_THAT(Diff(), ElementsAre("filesystem superblock: s_volume_name: rootfs | other"));
}

TEST_F(ImageDiffTest, NamesFiles) {
  ASSERT_OK(tree_.Put("/etc/motd", FileTree::RegularFile("hallo", 0644, {1})));
  tree_.Compact();
  testing::WriteSampleFilesystem(tree_, directory_ / "second");
  EXPECT_THAT(Diff(), ElementsAre("file /etc/motd: content: differs from byte 1"));
}

// A byte of no file and no field is named by the structure that holds it.
TEST_F(ImageDiffTest, NamesThePlaceOfEveryOtherByte) {
  testing::WriteSampleFilesystem(tree_, directory_ / "second");
  Flip(0);
  EXPECT_THAT(Diff(), Contains(::testing::StartsWith("filesystem")));
}

TEST_F(ImageDiffTest, FirstDifferenceIsAByteOrTheEndOfTheShorter) {
  testing::WriteFile(directory_ / "a", "same, then not");
  testing::WriteFile(directory_ / "b", "same, then yes");
  testing::WriteFile(directory_ / "c", "same");
  const auto first = [this](const char* x, const char* y) {
    return FirstDifference(File::OpenForReading(directory_ / x).value(), File::OpenForReading(directory_ / y).value())
        .value();
  };
  EXPECT_EQ(first("a", "b"), 11U);
  EXPECT_EQ(first("a", "c"), 4U);
  EXPECT_EQ(first("a", "a"), std::nullopt);
}

TEST(DifferenceTest, IsOneLineFitForATerminal) {
  using Area = Difference::Area;
  EXPECT_EQ(FormatDifference({Area::kFile, "/a\n", "mode", "0644", "0600"}), "file /a\\x0a: mode: 0644 | 0600");
  EXPECT_EQ(FormatDifference({Area::kDisk, "", "size", "1", "2"}), "disk: size: 1 | 2");
  EXPECT_EQ(FormatDifference({Area::kFile, "/a", "content", "differs from byte 7", ""}),
            "file /a: content: differs from byte 7");
}

}  // namespace
}  // namespace hallmark
