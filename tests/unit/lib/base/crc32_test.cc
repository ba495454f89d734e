// SPDX-License-Identifier: Apache-2.0
#include "lib/base/crc32.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(Crc32Test, HasTheCheckValueOfTheCatalogues) {
  EXPECT_EQ(Crc32(AsBytes("123456789")), 0xcbf43926);
  EXPECT_EQ(Crc32({}), 0U);
  EXPECT_EQ(Crc32(ByteVector(32, 0xff)), 0xff6cab0bU);
}

TEST(Crc32Test, NoticesEachBit) {
  ByteVector bytes(16, 0x5a);
  const uint32_t crc = Crc32(bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_NE(Crc32(bytes), crc) << bit;
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
}

}  // namespace
}  // namespace hallmark
