// SPDX-License-Identifier: Apache-2.0
#include "lib/base/endian.h"

#include "lib/base/bytes.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;

TEST(EndianTest, StoresTheStatedOrder) {
  const Le32 little = 0x01020304;
  const Be32 big = 0x01020304;
  EXPECT_THAT(StructBytes(little), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(StructBytes(big), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(little, 0x01020304U);
  EXPECT_EQ(big, 0x01020304U);
}

}  // namespace
}  // namespace hallmark
