// SPDX-License-Identifier: Apache-2.0
#include "lib/base/checked.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(CheckedTest, RefusesWhatDoesNotFit) {
  EXPECT_THAT(CheckedAdd<uint64_t>(~0ULL, 1, "size"), HasError(ErrorKind::kCorrupt, "size: number too large"));
  EXPECT_THAT(CheckedMultiply<uint32_t>(1U << 16, 1U << 16, "n"), HasError(ErrorKind::kCorrupt, "n"));
  EXPECT_THAT(CheckedCast<uint32_t>(uint64_t{1} << 32, "n"), HasError(ErrorKind::kCorrupt, "n: number out of range"));
  EXPECT_TRUE(InBounds(10, 0, 10));
  EXPECT_FALSE(InBounds(1, ~0ULL, 10));
}

}  // namespace
}  // namespace hallmark
