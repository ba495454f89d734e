// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/upcase.h"

#include "lib/exfat/values.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(ExfatUpcaseTest, TheRecommendedTable) {
  const ExfatUpcaseTable& table = ExfatUpcaseTable::Recommended();
  EXPECT_EQ(table.Upcase(u"aZ5\u00e9\u00ff\u0133\u03c3\u0450\uff5a"), u"AZ5\u00c9\u0178\u0132\u03a3\u0400\uff3a");
  const ByteVector bytes = table.Encode();
  EXPECT_EQ(bytes.size(), 5836U);
  EXPECT_EQ(ExfatTableChecksum(bytes), ExfatUpcaseTable::kRecommendedChecksum);
  ASSERT_OK_AND_ASSIGN(const ExfatUpcaseTable decoded, ExfatUpcaseTable::Decode(bytes));
  EXPECT_EQ(decoded.Encode(), bytes);
  EXPECT_THAT(ExfatUpcaseTable::Decode({}), HasError(ErrorKind::kCorrupt, "another capital"));
  EXPECT_THAT(ExfatUpcaseTable::Decode(ByteSpan(bytes).first(5835)), HasError(ErrorKind::kCorrupt, "half a character"));
  ByteVector more = bytes;
  more.insert(more.end(),
              {0x01, 0x00, 0x01, 0x00});  // the last character is U+FFFF, which means a row of identities here
  EXPECT_THAT(ExfatUpcaseTable::Decode(more), HasError(ErrorKind::kCorrupt, "more than 65536"));
}

}  // namespace
}  // namespace hallmark
