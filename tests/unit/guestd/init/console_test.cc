// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/console.h"

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

// Before /dev is mounted there is nothing but the descriptor that the kernel opened.
TEST(ConsoleTest, FailsOnStandardErrorWhereNoConsoleIsOpen) {
  Console console;
  ::testing::internal::CaptureStderr();
  console.Say("a stage");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  ::testing::internal::CaptureStderr();
  console.Fail(CorruptError("no root partition").WithHint("not shown"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "\r\nhallmark-init: failed: no root partition\n");
}

}  // namespace
}  // namespace hallmark::guest
