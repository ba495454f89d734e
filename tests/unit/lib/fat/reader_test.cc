// SPDX-License-Identifier: Apache-2.0
#include "lib/fat/reader.h"

#include <fcntl.h>

#include <filesystem>

#include "lib/base/subprocess.h"
#include "lib/fat/writer.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::TempDir;
using testing::WriteFile;

constexpr uint64_t kSize = uint64_t{34} << 20;
constexpr uint64_t kFatStart = 32 * 512;  // behind the reserved sectors

class Fat32ReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Timestamp time{1'700'000'000, 0};
    ASSERT_OK(tree_.Put("/EFI/BOOT/BOOTAA64.EFI", FileTree::RegularFile(std::string(3000, 'g'), 0755, time)));
    ASSERT_OK(tree_.Put("/a name that is long.text", FileTree::RegularFile("text", 0644, time)));
    ASSERT_OK(tree_.Put("/empty", FileTree::RegularFile("", 0644, time)));
    tree_.Compact();
    WriteFile(dir_ / "image", "");
    ASSERT_OK_AND_ASSIGN(file_, File::Open(dir_ / "image", O_RDWR));
    FileSink sink(file_, kStart);
    ASSERT_OK(WriteFat32(tree_, {.size = kSize, .serial = 0x1234abcd, .label = "A LABEL"}, sink));
    ASSERT_OK(file_.Truncate(kStart + kSize));
  }

  /// Lists and reads everything.
  Result<void> Read(uint64_t size = kSize) {
    ASSIGN_OR_RETURN(const Fat32Reader reader, Fat32Reader::Open(file_, kStart, size));
    ASSIGN_OR_RETURN(std::vector<Fat32Reader::Entry> entries, reader.List());
    for (const Fat32Reader::Entry& entry : entries) {
      MemorySink sink;
      if (!entry.directory) RETURN_IF_ERROR(reader.Read(entry, sink));
    }
    return {};
  }
  /// The same with other bytes in one place.
  Result<void> With(uint64_t offset, std::string_view bytes) {
    ByteVector before(bytes.size());
    RETURN_IF_ERROR(file_.ReadAt(kStart + offset, before));
    RETURN_IF_ERROR(file_.WriteAt(kStart + offset, AsBytes(bytes)));
    Result<void> result = Read();
    RETURN_IF_ERROR(file_.WriteAt(kStart + offset, before));
    return result;
  }
  /// Where in the filesystem `text` is first, behind its tables.
  uint64_t Find(std::string_view text) {
    ByteVector clusters(1 << 20);
    constexpr uint64_t kClusters = kFatStart + 2 * 65536 * sizeof(uint32_t);
    if (!file_.ReadAt(kStart + kClusters, clusters).ok()) return 0;
    return kClusters + AsText(clusters).find(text);
  }

  static constexpr uint64_t kStart = 6;  // of the filesystem in its file
  FileTree tree_;
  TempDir dir_;
  File file_;
};

TEST_F(Fat32ReaderTest, ReadsBackWhatWasWritten) {
  ASSERT_OK_AND_ASSIGN(const Fat32Reader reader, Fat32Reader::Open(file_, kStart, kSize));
  EXPECT_EQ(reader.label(), "A LABEL");
  EXPECT_EQ(reader.serial(), 0x1234abcdU);
  ASSERT_OK_AND_ASSIGN(const auto entries, reader.List());
  std::vector<std::string> paths;
  for (const Fat32Reader::Entry& entry : entries) paths.push_back(entry.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"/EFI", "/EFI/BOOT", "/EFI/BOOT/BOOTAA64.EFI", "/a name that is long.text",
                                             "/empty"}));
  EXPECT_EQ(entries[2].size, 3000U);
  EXPECT_EQ(entries[2].mtime.seconds, 1'700'000'000);
  MemorySink sink;
  ASSERT_OK(reader.Read(entries[2], sink));
  EXPECT_EQ(AsText(sink.bytes()), std::string(3000, 'g'));
  EXPECT_EQ(reader.PlaceName(3), "boot sector");
  EXPECT_EQ(reader.PlaceName(kFatStart - 1), "reserved sectors");
  EXPECT_EQ(reader.PlaceName(kFatStart), "file allocation table");
  EXPECT_EQ(reader.PlaceName(kSize - 1), "directories' entries or unused clusters");
}

TEST_F(Fat32ReaderTest, ReadsWhatMkfsFatAndMtoolsMade) {
  WriteFile(dir_ / "fat", "");
  std::filesystem::resize_file(dir_ / "fat", kSize);
  WriteFile(dir_ / "file", std::string(100'000, 'x'));
  const std::string image = (dir_ / "fat").string();
  for (const std::vector<std::string>& argv :
       {std::vector<std::string>{"mkfs.fat", "-F", "32", "-s", "1", "-n", "MADE", "-i", "00c0ffee", image},
        {"mmd", "-i", image, "::/Directory"},
        {"mcopy", "-i", image, (dir_ / "file").string(), "::/Directory/ein langer Name mit \u00fc.txt"},
        {"mcopy", "-i", image, (dir_ / "file").string(), "::/SHORT.BIN"},
        {"mcopy", "-i", image, (dir_ / "file").string(), "::/grub.cfg"}}) {
    Command command;
    command.argv = argv;
    command.environment = {{"PATH=/usr/bin:/usr/sbin", "LC_ALL=C.UTF-8"}};
    ASSERT_OK(RunCommandChecked(command));
  }
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(image));
  ASSERT_OK_AND_ASSIGN(const Fat32Reader reader, Fat32Reader::Open(file, 0, kSize));
  EXPECT_EQ(reader.label(), "MADE");
  EXPECT_EQ(reader.serial(), 0x00c0ffeeU);
  ASSERT_OK_AND_ASSIGN(const auto entries, reader.List());
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[3].path, "/grub.cfg");  // a short name, with flags for small letters
  EXPECT_EQ(entries[1].path, "/Directory/ein langer Name mit \u00fc.txt");
  EXPECT_EQ(entries[2].path, "/SHORT.BIN");
  MemorySink sink;
  ASSERT_OK(reader.Read(entries[1], sink));
  EXPECT_EQ(AsText(sink.bytes()), std::string(100'000, 'x'));
}

TEST_F(Fat32ReaderTest, RefusesWhatCantBeTrue) {
  ASSERT_OK(Read());
  EXPECT_THAT(With(510, "\x54"), HasError(ErrorKind::kCorrupt, "the first sector is not a boot sector"));
  EXPECT_THAT(With(13, "\3"), HasError(ErrorKind::kCorrupt, "impossible geometry"));
  EXPECT_THAT(With(32, "\xff\xff\xff\xff"), HasError(ErrorKind::kCorrupt, "larger than its partition"));
  EXPECT_THAT(With(13, "\2"), HasError(ErrorKind::kCorrupt, "its number of clusters is not one of FAT32"));
  EXPECT_THAT(With(36, std::string_view("\1\0\0\0", 4)), HasError(ErrorKind::kCorrupt, "its FAT has the wrong size"));
  EXPECT_THAT(With(44, "\xff\xff\xff\x0f"), HasError(ErrorKind::kCorrupt, "its root lies outside"));
  EXPECT_THAT(With(44, std::string_view("\0\0\0\0", 4)), HasError(ErrorKind::kCorrupt, "its root lies outside"));
  EXPECT_THAT(Read(100), HasError(ErrorKind::kCorrupt, "too small"));
  // The root's chain: to itself, outside, to a free cluster.
  EXPECT_THAT(With(kFatStart + 8, std::string_view("\2\0\0\0", 4)), HasError(ErrorKind::kCorrupt, "a FAT chain loops"));
  EXPECT_THAT(With(kFatStart + 8, "\xf0\xff\xff\x0f"), HasError(ErrorKind::kCorrupt, "a FAT chain leaves the disk"));
  EXPECT_THAT(With(kFatStart + 8, std::string_view("\0\0\0\0", 4)),
              HasError(ErrorKind::kCorrupt, "a FAT chain leaves the disk"));
  // A directory that is its own parent's cluster: its first cluster is in bytes 26 and 27 of its entry.
  const uint64_t directory = Find("EFI        ");
  EXPECT_THAT(With(directory + 26, std::string_view("\2\0", 2)),
              HasError(ErrorKind::kCorrupt, "two directories share a cluster"));
  const uint64_t file = Find("BOOTAA64EFI");
  EXPECT_THAT(With(file + 28, "\xff\xff\xff\x7f"),
              HasError(ErrorKind::kCorrupt, "/EFI/BOOT/BOOTAA64.EFI is shorter than its size"));
}

}  // namespace
}  // namespace hallmark
