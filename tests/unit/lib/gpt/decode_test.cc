// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/decode.h"

#include "lib/base/utf.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_gpt.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::kSampleEntries;
using testing::kSampleSector;
using testing::kSampleSectors;
using testing::Put32;
using testing::SampleGptDisk;
using testing::SealGpt;

Result<GptHeader> Decode(const ByteVector& disk, uint64_t lba = 1) {
  return DecodeGptHeader(ByteSpan(disk).subspan(lba * kSampleSector, kSampleSector), lba);
}

ByteSpan EntriesOf(const ByteVector& disk) { return ByteSpan(disk).subspan(2 * kSampleSector, kSampleEntries * 128); }

TEST(GptDecodeTest, HeaderByItsBytes) {
  ASSERT_OK_AND_ASSIGN(const GptHeader header, Decode(SampleGptDisk()));
  EXPECT_EQ(header.other_lba, kSampleSectors - 1);
  EXPECT_EQ(header.first_usable_lba, 3U);
  EXPECT_EQ(header.last_usable_lba, kSampleSectors - 3);
  EXPECT_EQ(FormatGuid(header.disk_guid), "03020100-0504-0706-0809-0a0b0c0d0e0f");
  EXPECT_EQ(header.entries_lba, 2U);
  EXPECT_EQ(header.entry_count, kSampleEntries);
  EXPECT_EQ(header.entry_size, 128U);
  EXPECT_EQ(header.header_size, 92U);
  EXPECT_EQ(header.EntriesSize(), kSampleEntries * 128);
  ASSERT_OK_AND_ASSIGN(const GptHeader backup, Decode(SampleGptDisk(), kSampleSectors - 1));
  EXPECT_EQ(backup.entries_lba, kSampleSectors - 2);
}

TEST(GptDecodeTest, EntriesByTheirBytes) {
  const ByteVector disk = SampleGptDisk();
  ASSERT_OK_AND_ASSIGN(const GptHeader header, Decode(disk));
  ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> entries, DecodeGptEntries(header, EntriesOf(disk)));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].number, 2U);
  EXPECT_EQ(FormatGuid(entries[0].type), "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee");
  EXPECT_EQ(FormatGuid(entries[0].guid), "03020100-0504-0706-0809-0a0b0c0d0e0f");
  EXPECT_EQ(entries[0].first_lba, 10U);
  EXPECT_EQ(entries[0].last_lba, 19U);
  EXPECT_EQ(entries[0].attributes, uint64_t{1} << 63);
  EXPECT_EQ(entries[0].name, u"r\u00e9");
}

// Entries of 256 bytes, of which the first 128 are known.
TEST(GptDecodeTest, LargerEntriesAreTaken) {
  ByteVector disk = SampleGptDisk();
  Put32(disk, kSampleSector + 80, 2);
  Put32(disk, kSampleSector + 84, 256);
  std::copy_n(disk.begin() + 2 * kSampleSector + 128, 128, disk.begin() + 2 * kSampleSector + 256);
  std::fill_n(disk.begin() + 2 * kSampleSector, 256, uint8_t{0});
  SealGpt(disk, 1, 2);
  ASSERT_OK_AND_ASSIGN(const GptHeader header, Decode(disk));
  ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> entries, DecodeGptEntries(header, EntriesOf(disk)));
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].number, 2U);
  EXPECT_EQ(entries[0].name, u"r\u00e9");
}

TEST(GptDecodeTest, ANameFillsItsFieldOrEndsAtAZero) {
  ByteVector disk = SampleGptDisk();
  const size_t name = 2 * kSampleSector + 128 + 56;
  for (size_t i = 0; i < 36; ++i) disk[name + 2 * i] = 'x';
  SealGpt(disk, 1, 2);
  ASSERT_OK_AND_ASSIGN(const GptHeader header, Decode(disk));
  ASSERT_OK_AND_ASSIGN(const std::vector<GptEntry> entries, DecodeGptEntries(header, EntriesOf(disk)));
  EXPECT_EQ(entries.at(0).name, std::u16string(36, u'x'));
}

TEST(GptDecodeTest, TellsWhatIsWrongWithAHeader) {
  struct Case {
    size_t offset;  ///< in the header
    uint8_t value;
    const char* text;
  };
  for (const Case& c :
       {Case{0, 'e', "no signature"}, Case{10, 2, "the revision is not 1.0"},
        Case{13, 4, "the size is not from 92 bytes"}, Case{12, 91, "the size is not from 92 bytes"},
        Case{24, 2, "says that it is in sector 2 and is in sector 1"}, Case{80, 0, "number or size of the entries"},
        Case{82, 1, "number or size of the entries"}, Case{84, 64, "number or size of the entries"},
        Case{84, 129, "number or size of the entries"}, Case{85, 17, "number or size of the entries"}}) {
    ByteVector disk = SampleGptDisk();
    disk[kSampleSector + c.offset] = c.value;
    if (c.offset != 12 && c.offset != 13) SealGpt(disk, 1, 2);
    EXPECT_THAT(Decode(disk), HasError(ErrorKind::kCorrupt, c.text)) << c.offset;
  }
  EXPECT_THAT(DecodeGptHeader(ByteVector(91), 1), HasError(ErrorKind::kCorrupt, "truncated"));
}

// Every byte of the header is under its checksum, but for the checksum itself and what is checked before it.
TEST(GptDecodeTest, OneBitInEachFieldOfTheHeaderIsNoticed) {
  for (size_t offset = 0; offset < 92; ++offset) {
    ByteVector disk = SampleGptDisk();
    disk[kSampleSector + offset] ^= 1;
    const char* expected = offset < 8    ? "no signature"
                           : offset < 12 ? "the revision is not 1.0"
                           : offset < 16 ? ""  // a size: too large, or one that another checksum would belong to
                                         : "wrong checksum";
    EXPECT_THAT(Decode(disk), HasError(ErrorKind::kCorrupt, std::string("GPT header: ") + expected)) << offset;
  }
}

TEST(GptDecodeTest, OneBitInTheEntriesIsNoticed) {
  const ByteVector disk = SampleGptDisk();
  ASSERT_OK_AND_ASSIGN(const GptHeader header, Decode(disk));
  for (const size_t offset : {0, 130, 511}) {
    ByteVector changed = disk;
    changed[2 * kSampleSector + offset] ^= 1;
    EXPECT_THAT(DecodeGptEntries(header, EntriesOf(changed)),
                HasError(ErrorKind::kCorrupt, "GPT entries: wrong checksum"));
  }
  EXPECT_THAT(DecodeGptEntries(header, EntriesOf(disk).first(100)), HasError(ErrorKind::kCorrupt, "truncated"));
  EXPECT_THAT(DecodeGptEntries({.entries_lba = 2, .entry_count = kSampleEntries, .entry_size = 128},
                               ByteVector(kSampleEntries * 128)),
              HasError(ErrorKind::kCorrupt, "GPT entries: wrong checksum"));
}

TEST(GptDecodeTest, TheMagicIsInTheSecondSector) {
  const ByteVector disk = SampleGptDisk();
  EXPECT_TRUE(LooksLikeGpt(disk));
  EXPECT_TRUE(LooksLikeGpt(ByteSpan(disk).first(kGptProbeSize)));
  EXPECT_FALSE(LooksLikeGpt(ByteSpan(disk).first(kGptProbeSize - 1)));
  EXPECT_FALSE(LooksLikeGpt(ByteSpan(disk).subspan(1)));
  EXPECT_FALSE(LooksLikeGpt({}));
}

}  // namespace
}  // namespace hallmark
