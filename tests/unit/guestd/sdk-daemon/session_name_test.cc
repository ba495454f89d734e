// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_name.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

TEST(SessionName, IsThreeWordsOfLowerCaseLetters) {
  EXPECT_OK(CheckSessionName("brave-calm-turing"));
  for (const auto& [name, why] :
       std::vector<std::pair<std::string, std::string>>{{"", "an empty word"},
                                                        {"brave", "1 word"},
                                                        {"brave-calm", "2 words"},
                                                        {"a-b-c-d", "4 words"},
                                                        {"-a-b", "an empty word"},
                                                        {"a--b", "an empty word"},
                                                        {"a-b-", "an empty word"},
                                                        {"Brave-calm-turing", "neither a to z"},
                                                        {"a-b-c/", "neither a to z"},
                                                        {"..", "neither a to z"},
                                                        {std::string("a-b-c\0d", 7), "neither a to z"},
                                                        {"aaaaaaaaaaa-bbbbbbbbbb-cccccccccc", "longer than 31"}}) {
    EXPECT_THAT(CheckSessionName(name), HasError(ErrorKind::kUsage, why)) << name;
  }
}

TEST(SessionName, MadeOnesAreGoodAndNeverTwiceTheSameWord) {
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    uint32_t state = seed;
    const std::string name = MakeSessionName([&](uint32_t bound) { return (state = state * 1664525 + 7) % bound; });
    ASSERT_OK(CheckSessionName(name));
    const size_t first = name.find('-');
    EXPECT_NE(name.substr(0, first), name.substr(first + 1, name.find('-', first + 1) - first - 1)) << name;
  }
}

}  // namespace
}  // namespace hallmark::guest
