// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_record.h"

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

TEST(SessionRecord, GoesThereAndBack) {
  SessionRecord record;
  record.limits = {.memory = 1 << 30, .cpu = 150, .processes = 100};
  record.quota = 5;
  record.directories = {{"Documents/a", "a", true}, {"b", "b", false}};
  ASSERT_OK_AND_ASSIGN(const SessionRecord back, ParseSessionRecord(EncodeSessionRecord(record)));
  EXPECT_EQ(back, record);
}

TEST(SessionRecord, OfAnotherVersionIsRefused) {
  EXPECT_THAT(ParseSessionRecord(R"({"version":2,"folders":[]})"), HasError(ErrorKind::kCorrupt, "version: not 1"));
  EXPECT_THAT(ParseSessionRecord(R"({"version":1,"folders":[],"uid":7})"),
              HasError(ErrorKind::kCorrupt, "uid: unknown"));
}

}  // namespace
}  // namespace hallmark::guest
