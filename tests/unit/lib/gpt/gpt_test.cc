// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/gpt.h"

#include <filesystem>

#include "lib/base/subprocess.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::TempDir;
using testing::WriteFile;

constexpr uint64_t kDiskSize = 1 << 20;

Gpt SampleTable() {
  Gpt gpt{.guid = *ParseGuid("00112233-4455-6677-8899-aabbccddeeff"), .disk_size = kDiskSize};
  gpt.partitions.push_back({1, 65536, 131072, *ParseGuid("b921b045-1df0-41c3-af44-4c6f280d3fae"),
                            *ParseGuid("01020304-0506-0708-090a-0b0c0d0e0f10"), uint64_t{1} << 60, "root"});
  gpt.partitions.push_back({15, 32768, 512, *ParseGuid("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"),
                            *ParseGuid("11111111-2222-3333-4444-555555555555"), 0, "caf\u00e9 \U0001F512"});
  return gpt;
}

std::string SampleDisk() {
  const Result<GptImage> image = FormatGpt(SampleTable());
  std::string disk(kDiskSize, '\0');
  disk.replace(0, image->primary.size(), AsText(image->primary));
  disk.replace(disk.size() - image->backup.size(), image->backup.size(), AsText(image->backup));
  return disk;
}

Result<Gpt> Read(const std::string& disk) {
  const TempDir dir;
  WriteFile(dir / "disk", disk);
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(dir / "disk"));
  return ReadGpt(file);
}

TEST(GptTest, ReadsBackWhatWasWritten) {
  ASSERT_OK_AND_ASSIGN(const Gpt gpt, Read(SampleDisk()));
  EXPECT_EQ(gpt, SampleTable());
}

TEST(GptTest, FieldsAreWhereTheSpecificationHasThem) {
  const std::string disk = SampleDisk();
  EXPECT_EQ(disk.substr(510, 2), "\x55\xaa");
  EXPECT_EQ(disk[446 + 4], '\xee');
  EXPECT_EQ(disk.substr(512, 8), "EFI PART");
  EXPECT_EQ(disk.substr(512 + 56, 6), std::string("\x33\x22\x11\x00\x55\x44", 6));  // disk GUID, first fields swapped
  EXPECT_EQ(disk.substr(1024, 4), std::string("\x45\xb0\x21\xb9", 4));              // type of partition 1
  EXPECT_EQ(disk.substr(1024 + 32, 8), std::string("\x80\0\0\0\0\0\0\0", 8));       // its first sector
  EXPECT_EQ(disk.substr(1024 + 40, 8), std::string("\x7f\x01\0\0\0\0\0\0", 8));     // its last sector
  EXPECT_EQ(disk.substr(1024 + 56, 8), std::string("r\0o\0o\0t\0", 8));
  EXPECT_EQ(disk.substr(kDiskSize - 512, 8), "EFI PART");
}

TEST(GptTest, ReadsWhatSgdiskMade) {
  const TempDir dir;
  WriteFile(dir / "disk", "");
  std::filesystem::resize_file(dir / "disk", kDiskSize);
  Command sgdisk;
  sgdisk.argv = {"sgdisk",
                 "--set-alignment=1",
                 "--disk-guid=00112233-4455-6677-8899-aabbccddeeff",
                 "--new=1:128:383",
                 "--typecode=1:b921b045-1df0-41c3-af44-4c6f280d3fae",
                 "--partition-guid=1:01020304-0506-0708-090a-0b0c0d0e0f10",
                 "--change-name=1:root",
                 "--attributes=1:set:60",
                 "--new=15:64:64",
                 "--typecode=15:c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
                 "--partition-guid=15:11111111-2222-3333-4444-555555555555",
                 "--change-name=15:caf\u00e9 \U0001F512",
                 (dir / "disk").string()};
  ASSERT_OK(RunCommandChecked(sgdisk));
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(dir / "disk"));
  ASSERT_OK_AND_ASSIGN(const Gpt gpt, ReadGpt(file));
  EXPECT_EQ(gpt, SampleTable());
}

TEST(GptTest, OneBitAnywhereIsNoticed) {
  const auto flipped = [](size_t offset) {
    std::string disk = SampleDisk();
    disk[offset] ^= 1;
    return Read(disk);
  };
  EXPECT_THAT(flipped(510), HasError(ErrorKind::kCorrupt, "the first sector is no MBR"));
  EXPECT_THAT(flipped(446 + 4), HasError(ErrorKind::kCorrupt, "the MBR does not protect the GPT"));
  EXPECT_THAT(flipped(512), HasError(ErrorKind::kCorrupt, "primary partition table: no signature"));
  EXPECT_THAT(flipped(512 + 60), HasError(ErrorKind::kCorrupt, "primary partition table: the header's CRC is wrong"));
  EXPECT_THAT(flipped(512 + 80), HasError(ErrorKind::kUnsupported, "128 entries of 128 bytes"));
  EXPECT_THAT(flipped(1024 + 200), HasError(ErrorKind::kCorrupt, "primary partition table: the entries' CRC is wrong"));
  EXPECT_THAT(flipped(kDiskSize - 512 + 60),
              HasError(ErrorKind::kCorrupt, "backup partition table: the header's CRC is wrong"));
  EXPECT_THAT(flipped(kDiskSize - 512 - 100),
              HasError(ErrorKind::kCorrupt, "backup partition table: the entries' CRC is wrong"));
  EXPECT_THAT(Read(SampleDisk().substr(0, kDiskSize - 512)),
              HasError(ErrorKind::kCorrupt, "backup partition table: no signature"));
  EXPECT_THAT(Read("small"), HasError(ErrorKind::kCorrupt, "too small for a partition table"));
}

}  // namespace
}  // namespace hallmark
