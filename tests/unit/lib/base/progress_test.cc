// SPDX-License-Identifier: Apache-2.0
#include "lib/base/progress.h"

#include <chrono>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(ProgressTest, FormatsForPeople) {
  EXPECT_EQ(FormatBytes(1023), "1023 bytes");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(uint64_t{10} << 30), "10 GiB");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(185)), "3 min 05 s");
}

}  // namespace
}  // namespace hallmark
