// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/image.h"

#include <fcntl.h>

#include "lib/gpt/reader.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr uint64_t kEpoch = 1793534400;

class ImageTest : public ::testing::Test {
 protected:
  ImageTest() {
    recipe_.name = "small";
    recipe_.architecture = "arm64";
    recipe_.image.size = uint64_t{120} << 20;
    Put(rootfs_, "/etc/motd", "hello");
    Put(rootfs_, "/var/lib/dpkg/status",
        "Package: bash\nStatus: install ok installed\nInstalled-Size: 2048\nVersion: 1\n");
    boot_.kernel = FileTree::RegularFile("kernel", 0644, {1});
    boot_.grub = FileTree::RegularFile("grub", 0644, {1});
    boot_.initramfs = {'i'};
    boot_.grub_file = "BOOTAA64.EFI";
    boot_.grub_cfg_directory = "EFI/debian";
  }
  static void Put(FileTree& tree, const std::string& path, std::string content) {
    EXPECT_OK(tree.Put(path, FileTree::RegularFile(std::move(content), 0644, {1})));
  }
  Result<ImageFacts> Write(const std::string& name) {
    ASSIGN_OR_RETURN(const File output, File::Open(directory_ / name, O_RDWR | O_CREAT | O_EXCL));
    ASSIGN_OR_RETURN(ImageFacts facts, WriteRootPartition(recipe_, rootfs_, kEpoch, output, pool_, progress_));
    RETURN_IF_ERROR(WriteImageFront(recipe_, boot_, kEpoch, output, progress_, facts));
    return facts;
  }
  /// The SHA-256 of the image `name`.
  [[nodiscard]] std::string Digest(const std::string& name) const {
    const File file = File::OpenForReading(directory_ / name).value();
    return ToHex(Sha256OfFile(file).value());
  }

  testing::TempDir directory_;
  ThreadPool pool_{2};
  Progress progress_{Verbosity::kQuiet};
  Recipe recipe_;
  FileTree rootfs_;
  BootFiles boot_;
};

TEST_F(ImageTest, HasItsPartitionsWhereTheLayoutSays) {
  ASSERT_OK_AND_ASSIGN(const ImageFacts facts, Write("image"));
  ASSERT_OK_AND_ASSIGN(const File image, File::OpenForReading(directory_ / "image"));
  EXPECT_EQ(image.Size().value(), recipe_.image.size);
  ASSERT_OK_AND_ASSIGN(const Gpt table, ReadGpt(image));
  ASSERT_EQ(table.partitions.size(), 3U);
  EXPECT_EQ(table.partitions[0].number, 1U);
  EXPECT_EQ(table.partitions[0].start, kRootStart);
  EXPECT_EQ(table.partitions[0].size, facts.layout.root.size);
  EXPECT_EQ(table.partitions[1].number, 2U);
  EXPECT_EQ(table.partitions[1].start, facts.layout.verity.start);
  EXPECT_EQ(table.partitions[2].number, 15U);
  EXPECT_EQ(table.partitions[2].start, kEspStart);
}

// The two halves of the root hash name root and hash tree: Discoverable Partitions Specification.
TEST_F(ImageTest, NamesPartitionsAfterTheRootHash) {
  ASSERT_OK_AND_ASSIGN(const ImageFacts facts, Write("image"));
  ASSERT_TRUE(facts.verity);
  ASSERT_OK_AND_ASSIGN(const File image, File::OpenForReading(directory_ / "image"));
  ASSERT_OK_AND_ASSIGN(const Gpt table, ReadGpt(image));
  EXPECT_EQ(ToHex(table.partitions[0].guid) + ToHex(table.partitions[1].guid), ToHex(facts.verity->root_hash));
  EXPECT_EQ(facts.command_line, "roothash=" + ToHex(facts.verity->root_hash));
}

TEST_F(ImageTest, IsTheSameFromAnyNumberOfThreadsAndForAnyVersion) {
  ASSERT_OK(Write("first"));
  recipe_.version = "2.0";
  ThreadPool other(3);
  ASSERT_OK_AND_ASSIGN(const File output, File::Open(directory_ / "second", O_RDWR | O_CREAT | O_EXCL));
  ASSERT_OK_AND_ASSIGN(ImageFacts facts, WriteRootPartition(recipe_, rootfs_, kEpoch, output, other, progress_));
  ASSERT_OK(WriteImageFront(recipe_, boot_, kEpoch, output, progress_, facts));
  EXPECT_EQ(Digest("second"), Digest("first"));
  Put(rootfs_, "/etc/motd", "hallo");
  ASSERT_OK(Write("third"));
  EXPECT_NE(Digest("third"), Digest("first"));
}

TEST_F(ImageTest, CanDoWithoutVerity) {
  recipe_.image.verity = false;
  ASSERT_OK_AND_ASSIGN(const ImageFacts facts, Write("image"));
  EXPECT_FALSE(facts.verity);
  ASSERT_OK_AND_ASSIGN(const File image, File::OpenForReading(directory_ / "image"));
  ASSERT_OK_AND_ASSIGN(const Gpt table, ReadGpt(image));
  EXPECT_EQ(table.partitions.size(), 2U);
  EXPECT_EQ(facts.command_line, "hallmark.verity=off root=PARTUUID=" + FormatGuid(table.partitions[0].guid));
}

TEST_F(ImageTest, NamesTheLargestPackagesWhereTheBudgetIsExceeded) {
  recipe_.image.max_used = 0.001;
  const Result<ImageFacts> facts = Write("image");
  EXPECT_THAT(facts, HasError(ErrorKind::kNoSpace, "max_used of [image] is 0 %"));
  EXPECT_THAT(facts, HasError(ErrorKind::kNoSpace, "the largest packages:\n  2.0 MiB  bash"));
  EXPECT_EQ(facts.error().hint, "leave something out, or make size of [image] larger");
}

TEST_F(ImageTest, SaysWhatDoesNotFit) {
  Put(rootfs_, "/large", std::string(20 << 20, 'x'));
  const Result<ImageFacts> facts = Write("image");
  EXPECT_THAT(facts, HasError(ErrorKind::kNoSpace, "planning the root filesystem"));
  EXPECT_THAT(facts, HasError(ErrorKind::kNoSpace, "the largest packages:\n  2.0 MiB  bash"));
}

}  // namespace
}  // namespace hallmark
