// SPDX-License-Identifier: Apache-2.0
#include "lib/base/probed_volume.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(ProbedVolumeTest, SerialsAreTwoGroupsOfHexDigits) {
  EXPECT_EQ(FormatVolumeSerial(0x1234abcd), "1234-ABCD");
  EXPECT_EQ(FormatVolumeSerial(0), "0000-0000");
}

}  // namespace
}  // namespace hallmark
