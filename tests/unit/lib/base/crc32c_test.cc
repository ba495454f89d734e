// SPDX-License-Identifier: Apache-2.0
#include "lib/base/crc32c.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(Crc32cTest, HasTheValuesOfRfc3720) {
  ByteVector counted(32);
  for (size_t i = 0; i < counted.size(); ++i) counted[i] = static_cast<uint8_t>(i);
  for (const auto crc32c : {Crc32c, Crc32cPortable}) {
    EXPECT_EQ(~crc32c(~0U, ByteVector(32, 0x00)), 0x8A9136AAU);
    EXPECT_EQ(~crc32c(~0U, ByteVector(32, 0xFF)), 0x62A8AB43U);
    EXPECT_EQ(~crc32c(~0U, counted), 0x46DD794EU);
  }
}

TEST(Crc32cTest, IsTheSameFromTables) {
  ByteVector bytes(50);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 37);
  for (size_t start = 0; start < 8; ++start) {
    for (size_t length = 0; length <= 40; ++length) {
      const ByteSpan part = ByteSpan(bytes).subspan(start, length);
      EXPECT_EQ(Crc32cPortable(0x12345678, part), Crc32c(0x12345678, part)) << length << " bytes from " << start;
    }
  }
}

}  // namespace
}  // namespace hallmark
