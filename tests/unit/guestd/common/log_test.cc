// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hallmark::guest {
namespace {

using ::testing::MatchesRegex;

constexpr const char* kStamp = "[0-9]+/[0-9]+/[0-9]+ [0-9]+:[0-9]+:[0-9]+ ";

TEST(Log, IsALineWithTimeAndComponent) {
  ::testing::internal::CaptureStderr();
  Log("updater", "unmounted smol-bin");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              MatchesRegex(std::string(kStamp) + ".updater. unmounted smol-bin\n"));
}

TEST(Log, StaysOneLine) {
  ::testing::internal::CaptureStderr();
  Log("process", "a\nb\x1b[2J\x7f\xc3\xa4");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              MatchesRegex(std::string(kStamp) + ".process. a.b..2J.\xc3\xa4\n"));
}

TEST(Log, TellsTheNextStepOfAnError) {
  ::testing::internal::CaptureStderr();
  LogError("guestd", IoError("no disk").WithHint("plug one in"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              MatchesRegex(std::string(kStamp) + ".guestd. no disk .plug one in.\n"));
}

}  // namespace
}  // namespace hallmark::guest
