// SPDX-License-Identifier: Apache-2.0
#include "lib/gpt/writer.h"

#include "lib/crypto/digest.h"
#include "tests/support/matchers.h"
#include "tests/unit/lib/gpt/sample_table.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::kDiskSize;
using testing::SampleDisk;
using testing::SampleTable;

TEST(GptWriterTest, FieldsAreWhereTheSpecificationHasThem) {
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

// The backup's header has its own place, the primary's and its entries' (UEFI specification 2.10, 5.3.2).
TEST(GptWriterTest, TheCopiesPointAtEachOther) {
  const std::string disk = SampleDisk();
  const size_t last = kDiskSize / 512 - 1;
  const auto number = [&](size_t offset) {
    uint64_t value = 0;
    for (size_t i = 0; i < 8; ++i) value |= uint64_t{static_cast<uint8_t>(disk[offset + i])} << 8 * i;
    return value;
  };
  EXPECT_EQ(number(512 + 24), 1U);
  EXPECT_EQ(number(512 + 32), last);
  EXPECT_EQ(number(512 + 40), 34U);
  EXPECT_EQ(number(512 + 48), last - 33);
  EXPECT_EQ(number(512 + 72), 2U);
  EXPECT_EQ(number(last * 512 + 24), last);
  EXPECT_EQ(number(last * 512 + 32), 1U);
  EXPECT_EQ(number(last * 512 + 72), last - 32);
  EXPECT_EQ(disk.substr(1024, 32 * 512), disk.substr((last - 32) * 512, 32 * 512));
  EXPECT_EQ(disk.substr(446, 16), std::string("\0\0\x02\0\xee\xff\xff\xff\x01\0\0\0\xff\x07\0\0", 16));
}

TEST(GptWriterTest, GoldenTable) {
  ASSERT_OK_AND_ASSIGN(const GptImage image, FormatGpt(SampleTable()));
  EXPECT_EQ(ToHex(Sha256(image.primary)), "391c14c0b1fd775f3f46dee269b12594503d995fd918362bf29df59cdbae1ca5");
  EXPECT_EQ(ToHex(Sha256(image.backup)), "cd7acc3f87382f0084e949dea83e12b33d778904882b66980d6b4d2070efcf72");
}

TEST(GptWriterTest, RefusesWhatATableCantHold) {
  const auto with = [](const std::function<void(Gpt&)>& change) {
    Gpt gpt = SampleTable();
    change(gpt);
    return FormatGpt(gpt);
  };
  EXPECT_THAT(with([](Gpt& g) { g.disk_size = 67 * 512; }), HasError(ErrorKind::kUsage, "too small for a GPT"));
  EXPECT_THAT(with([](Gpt& g) { g.disk_size += 1; }), HasError(ErrorKind::kUsage, "too small for a GPT"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].number = 0; }), HasError(ErrorKind::kUsage, "is not from 1 to 128"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].number = 129; }), HasError(ErrorKind::kUsage, "is not from 1 to 128"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].number = 15; }), HasError(ErrorKind::kUsage, "15 is there twice"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].size = 0; }), HasError(ErrorKind::kUsage, "whole number of sectors"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].start += 1; }), HasError(ErrorKind::kUsage, "whole number of sectors"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].start = 33 * 512; }),
              HasError(ErrorKind::kUsage, "lies where the partition table is"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].size = kDiskSize; }), HasError(ErrorKind::kUsage, "past the end"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[1].start = 65536; }), HasError(ErrorKind::kUsage, "partitions overlap"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].name = std::string(37, 'x'); }),
              HasError(ErrorKind::kUsage, "is longer than 36 UTF-16 units"));
  EXPECT_THAT(with([](Gpt& g) { g.partitions[0].name = "\xff"; }), HasError(ErrorKind::kUsage, "is not UTF-8"));
  ASSERT_OK(with([](Gpt& g) { g.partitions[0].name = std::string(36, 'x'); }));
}

}  // namespace
}  // namespace hallmark
