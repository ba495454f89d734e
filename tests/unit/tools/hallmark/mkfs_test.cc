// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::StartsWith;

/// A directory with one file.
TempDir Tree() {
  TempDir dir;
  WriteFile(dir / "tree/etc/hello", "hello\n");
  return dir;
}

TEST(MkfsTest, Help) { ExpectHelp({"mkfs"}, "ext4|fat|exfat --from DIR -o FILE [OPTION...]"); }

TEST(MkfsTest, UsageErrors) {
  const std::string hint = "'hallmark mkfs --help' lists the options";
  ExpectUsageError({"mkfs"}, "ext4|fat|exfat is required", hint);
  ExpectUsageError({"mkfs", "ext4"}, "--from DIR is required", hint);
  ExpectUsageError({"mkfs", "ntfs", "--from", "d", "-o", "f"}, "mkfs: 'ntfs' is not ext4, fat or exfat", "");
  ExpectUsageError({"mkfs", "fat", "--from", "d", "-o", "f"}, "mkfs: --size is required",
                   "only ext4 is made as large as its files need");
  ExpectUsageError({"mkfs", "fat", "--from", "d", "-o", "f", "--uuid", "u"}, "mkfs: --uuid is for ext4 alone", "");
  ExpectUsageError({"mkfs", "ext4", "--from", "d", "-o", "f", "--serial", "s"},
                   "mkfs: --serial is for fat and exfat alone", "");
  ExpectUsageError({"mkfs", "ext4", "--from", "d", "-o", "f", "--uuid", "u"}, "--uuid: 'u' is not a UUID", "");
  ExpectUsageError({"mkfs", "exfat", "--from", "d", "-o", "f", "--serial", "1A2B"},
                   "--serial: '1A2B' is not 8 hexadecimal digits like 1A2B-3C4D", "");
  ExpectUsageError({"mkfs", "ext4", "--from", "d", "-o", "f", "--size", "0"}, "mkfs: --size: 0 holds nothing", "");
}

TEST(MkfsTest, Ext4WithItsHashTree) {
  const TempDir dir = Tree();
  const std::string image = (dir / "image").string();
  const std::string said =
      RunWell({"mkfs", "ext4", "--from", (dir / "tree").string(), "-o", image, "--verity", (dir / "hashes").string()});
  EXPECT_THAT(said, StartsWith("root hash "));
  EXPECT_EQ(said.size(), std::string("root hash ").size() + 65);
  EXPECT_EQ(ReadFile(image).substr(1080, 2), "\x53\xEF");  // the superblock's magic
  EXPECT_THAT(ReadFile(dir / "hashes"), StartsWith("verity"));
}

TEST(MkfsTest, ExfatAndFat) {
  const TempDir dir = Tree();
  const std::string tree = (dir / "tree").string();
  EXPECT_EQ(RunWell({"mkfs", "exfat", "--from", tree, "-o", (dir / "e").string(), "--size", "1M"}), "");
  EXPECT_EQ(ReadFile(dir / "e").substr(3, 8), "EXFAT   ");
  EXPECT_EQ(RunWell({"mkfs", "fat", "--from", tree, "-o", (dir / "f").string(), "--size", "40M"}), "");
  EXPECT_EQ(ReadFile(dir / "f").substr(82, 8), "FAT32   ");
}

TEST(MkfsTest, DoesNotWriteOverItsFiles) {
  const TempDir dir = Tree();
  const std::string file = (dir / "tree/etc/hello").string();
  ExpectUsageError({"mkfs", "exfat", "--from", (dir / "tree").string(), "-o", file},
                   "mkfs: " + file + ": is one of the files that go into it", "give -o another name");
}

}  // namespace
}  // namespace hallmark::testing
