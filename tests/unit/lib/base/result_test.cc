// SPDX-License-Identifier: Apache-2.0
#include "lib/base/result.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

Result<int> Fails() { return CorruptError("cause"); }
Result<int> AddsContext() {
  ASSIGN_OR_RETURN(const int value, Fails().WithContext("path").WithContext("doing X").WithHint("do Y"));
  return value;
}

TEST(ResultTest, CarriesCauseContextAndNextStep) {
  const Result<int> result = AddsContext();
  EXPECT_THAT(result, HasError(ErrorKind::kCorrupt, "doing X: path: cause"));
  EXPECT_EQ(result.error().hint, "do Y");
}

TEST(ResultTest, ExitStatusFollowsTheKind) {
  EXPECT_EQ(ExitStatus(UsageError("")), 2);
  EXPECT_EQ(ExitStatus(VerificationError("")), 3);
  EXPECT_EQ(ExitStatus(IoError("")), 1);
  EXPECT_EQ(ExitStatus(CorruptError("")), 1);
}

}  // namespace
}  // namespace hallmark
