// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/reader.h"

#include <filesystem>
#include <functional>

#include "lib/base/subprocess.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_gpt.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/gpt/sample_table.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::kDiskSize;
using testing::SampleDisk;
using testing::SampleTable;
using testing::TempDir;
using testing::WriteFile;

Result<Gpt> Read(const std::string& disk) {
  const TempDir dir;
  WriteFile(dir / "disk", disk);
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(dir / "disk"));
  return ReadGpt(file);
}

TEST(GptReaderTest, ReadsBackWhatWasWritten) {
  ASSERT_OK_AND_ASSIGN(const Gpt gpt, Read(SampleDisk()));
  EXPECT_EQ(gpt, SampleTable());
}

TEST(GptReaderTest, ReadsWhatSgdiskMade) {
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

TEST(GptReaderTest, OneBitAnywhereIsNoticed) {
  const auto flipped = [](size_t offset) {
    std::string disk = SampleDisk();
    disk[offset] ^= 1;
    return Read(disk);
  };
  EXPECT_THAT(flipped(510), HasError(ErrorKind::kCorrupt, "the first sector is not an MBR"));
  EXPECT_THAT(flipped(446 + 4), HasError(ErrorKind::kCorrupt, "the MBR does not protect the GPT"));
  EXPECT_THAT(flipped(512), HasError(ErrorKind::kCorrupt, "primary partition table: GPT header: no signature"));
  EXPECT_THAT(flipped(512 + 60), HasError(ErrorKind::kCorrupt, "primary partition table: GPT header: wrong checksum"));
  EXPECT_THAT(flipped(512 + 80), HasError(ErrorKind::kCorrupt, "primary partition table: GPT header: wrong checksum"));
  EXPECT_THAT(flipped(1024 + 200),
              HasError(ErrorKind::kCorrupt, "primary partition table: GPT entries: wrong checksum"));
  EXPECT_THAT(flipped(kDiskSize - 512 + 60),
              HasError(ErrorKind::kCorrupt, "backup partition table: GPT header: wrong checksum"));
  EXPECT_THAT(flipped(kDiskSize - 512 - 100),
              HasError(ErrorKind::kCorrupt, "backup partition table: GPT entries: wrong checksum"));
  EXPECT_THAT(Read(SampleDisk().substr(0, kDiskSize - 512)),
              HasError(ErrorKind::kCorrupt, "backup partition table: GPT header: no signature"));
  EXPECT_THAT(Read("small"), HasError(ErrorKind::kCorrupt, "too small for a partition table"));
}

/// The sample with a change to it, and checksums that hold again: written by somebody who meant it.
Result<Gpt> Resealed(const std::function<void(ByteVector&)>& change) {
  const std::string text = SampleDisk();
  ByteVector disk(text.begin(), text.end());
  change(disk);
  for (const size_t header : {size_t{512}, disk.size() - 512}) {
    const size_t entries = header == 512 ? 1024 : disk.size() - 33 * size_t{512};
    testing::Put32(disk, header + 88, Crc32(ByteSpan(disk).subspan(entries, 128 * 128)));
    testing::Put32(disk, header + 16, 0);
    testing::Put32(disk, header + 16, Crc32(ByteSpan(disk).subspan(header, 92)));
  }
  return Read(std::string(AsText(disk)));
}

TEST(GptReaderTest, ChecksWhatChecksumsDoNotSay) {
  const size_t backup = kDiskSize - 33 * 512;
  const auto both = [&](size_t offset, uint8_t value) {
    return Resealed([&](ByteVector& disk) { disk[1024 + offset] = disk[backup + offset] = value; });
  };
  ASSERT_OK(Resealed([](ByteVector&) {}));
  EXPECT_THAT(Resealed([](ByteVector& disk) { disk[512 + 80] = 129; }),
              HasError(ErrorKind::kCorrupt, "primary partition table: GPT entries: wrong checksum"));
  EXPECT_THAT(both(32, 33), HasError(ErrorKind::kCorrupt, "partition 1 lies outside of the disk"));
  EXPECT_THAT(both(44, 1), HasError(ErrorKind::kCorrupt, "partition 1 lies outside of the disk"));
  EXPECT_THAT(both(36, 1), HasError(ErrorKind::kCorrupt, "partition 1 ends before it starts"));
  EXPECT_THAT(both(57, 0xd8), HasError(ErrorKind::kCorrupt, "the name of partition 1: half of a UTF-16"));
  EXPECT_THAT(Resealed([](ByteVector& disk) { disk[1024 + 48] = 1; }),
              HasError(ErrorKind::kCorrupt, "the two copies of the partition table differ"));
  EXPECT_THAT(Resealed([](ByteVector& disk) { disk[512 + 56] ^= 1; }),
              HasError(ErrorKind::kCorrupt, "the two copies of the partition table differ"));
  EXPECT_THAT(Resealed([](ByteVector& disk) { disk[512 + 32] ^= 1; }),
              HasError(ErrorKind::kCorrupt, "the two copies of the partition table differ"));
  EXPECT_THAT(Resealed([](ByteVector& disk) { disk[512 + 74] = 1; }),
              HasError(ErrorKind::kCorrupt, "GPT entries: outside of the disk"));
}

// A table of 64 entries, whose checksums hold: sound, and not what an image of ours has.
TEST(GptReaderTest, TakesOnly128Entries) {
  std::string text = SampleDisk();
  ByteVector disk(text.begin(), text.end());
  testing::Put32(disk, 512 + 80, 64);
  testing::Put32(disk, 512 + 88, Crc32(ByteSpan(disk).subspan(1024, 64 * 128)));
  testing::Put32(disk, 512 + 16, 0);
  testing::Put32(disk, 512 + 16, Crc32(ByteSpan(disk).subspan(512, 92)));
  EXPECT_THAT(Read(std::string(AsText(disk))),
              HasError(ErrorKind::kUnsupported, "primary partition table: not of 128 entries of 128 bytes"));
}

Result<std::vector<GptEntry>> ReadEntries(const ByteVector& disk, uint32_t sector_size = 512) {
  const TempDir dir;
  WriteFile(dir / "disk", AsText(disk));
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(dir / "disk"));
  return ReadGptEntries(file, sector_size);
}

TEST(GptEntriesTest, TheBackupServesWhereThePrimaryIsDamaged) {
  ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> entries, ReadEntries(testing::SampleGptDisk()));
  ASSERT_EQ(entries.size(), 1U);
  for (const size_t place : {512, 512 + 20, 2 * 512 + 130}) {  // signature, a reserved field, an entry
    ByteVector disk = testing::SampleGptDisk();
    disk[place] ^= 1;
    ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> others, ReadEntries(disk));
    EXPECT_EQ(others, entries) << place;
    disk[disk.size() - 500] ^= 1;
    EXPECT_THAT(ReadEntries(disk), HasError(ErrorKind::kCorrupt, place == 512   ? "no signature"
                                                                 : place < 1024 ? "GPT header: wrong checksum"
                                                                                : "GPT entries: wrong checksum"));
  }
}

TEST(GptEntriesTest, TakesWhatTheStrictReaderTakes) {
  const std::string text = SampleDisk();
  ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> entries, ReadEntries({text.begin(), text.end()}));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].number, 1U);
  EXPECT_EQ(entries[0].first_lba, 128U);
  EXPECT_EQ(entries[0].last_lba, 383U);
  EXPECT_EQ(entries[1].guid, SampleTable().partitions[1].guid);
}

// The same table on a disk with sectors of 4096 bytes.
TEST(GptEntriesTest, TakesOtherSectors) {
  const ByteVector small = testing::SampleGptDisk();
  ByteVector disk(100 * size_t{4096});
  for (size_t sector = 0; sector < 100; ++sector) {
    std::copy_n(small.begin() + static_cast<ptrdiff_t>(sector * 512), 512,
                disk.begin() + static_cast<ptrdiff_t>(sector * 4096));
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> entries, ReadEntries(disk, 4096));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].number, 2U);
  EXPECT_THAT(ReadEntries(disk, 512), HasError(ErrorKind::kCorrupt, "no signature"));
}

TEST(GptEntriesTest, RefusesDisksThatAreTooSmall) {
  EXPECT_THAT(ReadEntries(ByteVector(1024)), HasError(ErrorKind::kCorrupt, "too small for a partition table"));
  EXPECT_THAT(ReadEntries({}), HasError(ErrorKind::kCorrupt, "too small for a partition table"));
}

}  // namespace
}  // namespace hallmark
