// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/values.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(ExfatValuesTest, Times) {
  const auto back = [](Timestamp time) { return FromExfatTime(ToExfatTime(time)); };
  EXPECT_EQ(back({1'700'000'001, 129'999'999}), (Timestamp{1'700'000'001, 120'000'000}));
  EXPECT_EQ(back({0, 5}), (Timestamp{315'532'800, 0}));                          // 1980-01-01
  EXPECT_EQ(back({5'000'000'000, 0}), (Timestamp{4'354'819'199, 990'000'000}));  // 2107-12-31T23:59:59.99
  EXPECT_EQ(back({4'354'819'199, 999'999'999}), (Timestamp{4'354'819'199, 990'000'000}));
  // 2023-11-14T22:13:20 in India, five hours and a half ahead; and where the clocks are 8 hours behind.
  EXPECT_EQ(FromExfatTime({.stamp = 0x576eb1aa, .offset = 0x80 | 22}).seconds, 1'700'000'000 - 19800);
  EXPECT_EQ(FromExfatTime({.stamp = 0x576eb1aa, .offset = 0x80 | (128 - 32)}).seconds, 1'700'000'000 + 28800);
  EXPECT_EQ(FromExfatTime({.stamp = 0x576eb1aa, .offset = 22}).seconds, 1'700'000'000);
}

// By hand, from the pseudocode of the specification: rotated right by a bit, and the next byte added.
TEST(ExfatValuesTest, ChecksumsRotateAndAdd) {
  EXPECT_EQ(ExfatTableChecksum(ByteVector{1}), 1U);
  EXPECT_EQ(ExfatTableChecksum(ByteVector{1, 0}), 0x80000000U);
  EXPECT_EQ(ExfatTableChecksum(ByteVector{1, 2, 3}), 0x40000004U);
  EXPECT_EQ(ExfatSetChecksum(ByteVector{1, 2, 0xff, 0xff, 3}), 0x4004U);  // bytes 2 and 3 are the checksum itself
  EXPECT_EQ(ExfatNameHash(u"A"), 0x8020U);                                // 0x41, then 0x00
}

TEST(ExfatValuesTest, TheBootChecksumLeavesOutWhatChangesInUse) {
  ByteVector sectors(11 * 512, 0x5a);
  const uint32_t checksum = ExfatBootChecksum(sectors);
  for (const size_t offset : {105, 106, 107, 108, 111, 112, 113, 5631}) {
    const bool left_out = offset == 106 || offset == 107 || offset == 112;
    sectors[offset] ^= 1;
    EXPECT_EQ(ExfatBootChecksum(sectors) == checksum, left_out) << offset;
    sectors[offset] ^= 1;
  }
}

TEST(ExfatValuesTest, ForbiddenCharacters) {
  EXPECT_FALSE(ForbiddenInExfat(u"").has_value());
  EXPECT_FALSE(ForbiddenInExfat(u"name.txt\u00e9").has_value());
  for (const char16_t unit : std::u16string_view(u"\"*/:<>?\\|\x01\x1f")) {
    EXPECT_EQ(ForbiddenInExfat(std::u16string(u"a") + unit), unit) << int{unit};
  }
}

}  // namespace
}  // namespace hallmark
