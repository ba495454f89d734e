// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/filter.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(FilterTest, ComesBackTheSame) {
  const std::string text(100000, 'a');
  for (const Filter filter : {Filter::kGzip, Filter::kZstd}) {
    ASSERT_OK_AND_ASSIGN(const ByteVector packed, Compress(AsBytes(text), filter));
    EXPECT_LT(packed.size(), 1000U);
    ASSERT_OK_AND_ASSIGN(const ByteVector plain, Decompress(packed, text.size()));
    EXPECT_EQ(AsText(plain), text);
    EXPECT_THAT(Decompress(packed, text.size() - 1), HasError(ErrorKind::kCorrupt, "more than 99999 bytes"));
  }
}

TEST(FilterTest, HasTheMagicOfItsFormat) {
  EXPECT_EQ(ToHex(ByteSpan(Compress(AsBytes("a"), Filter::kZstd).value()).first(4)), "28b52ffd");
  // Bytes 4 to 7 are the time, which none has.
  EXPECT_EQ(ToHex(ByteSpan(Compress(AsBytes("a"), Filter::kGzip).value()).first(8)), "1f8b080000000000");
}

TEST(FilterTest, TakesOtherBytesAsTheyAre) {
  EXPECT_EQ(AsText(Decompress(AsBytes("plain"), 100).value()), "plain");
  EXPECT_TRUE(Decompress({}, 100).value().empty());
}

TEST(FilterTest, RefusesWhatIsDamaged) {
  ASSERT_OK_AND_ASSIGN(ByteVector packed, Compress(AsBytes(std::string(1000, 'a')), Filter::kGzip));
  packed.resize(packed.size() - 9);
  EXPECT_THAT(Decompress(packed, 10000), HasError(ErrorKind::kCorrupt, "decompressing: "));
}

}  // namespace
}  // namespace hallmark
