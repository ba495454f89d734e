// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/range_diff.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(RangeDiffTest, MergesAndVisits) {
  const std::vector<DataRange> merged = MergeRanges({{50, 10}, {0, 10}, {5, 10}, {15, 5}, {90, 50}, {200, 1}}, 100);
  ASSERT_EQ(merged.size(), 3U);
  EXPECT_EQ(merged[0].length, 20U);
  EXPECT_EQ(merged[1].offset, 50U);
  EXPECT_EQ(merged[2].length, 10U);

  std::string a(3 << 20, 'a');
  std::string b = a;
  for (const size_t place : {100UL, 101UL, 600UL, (1UL << 20) - 1, 1UL << 20, (3UL << 20) - 1}) b[place] = 'b';
  const auto read = [](const std::string& text) {
    return [&text](uint64_t offset, MutableByteSpan buffer) -> Result<void> {
      text.copy(reinterpret_cast<char*>(buffer.data()), buffer.size(), offset);
      return {};
    };
  };
  std::vector<uint64_t> places;
  ASSERT_OK(VisitDifferences({{0, a.size()}}, read(a), read(b), 512, [&](uint64_t place) {
    places.push_back(place);
    return true;
  }));
  EXPECT_EQ(places, (std::vector<uint64_t>{100, 600, (1 << 20) - 1, 1 << 20, (3 << 20) - 1}));
}

TEST(RangeDiffTest, StopsWhenAskedTo) {
  const auto read = [](char byte) {
    return [byte](uint64_t, MutableByteSpan buffer) -> Result<void> {
      std::fill(buffer.begin(), buffer.end(), static_cast<uint8_t>(byte));
      return {};
    };
  };
  int visits = 0;
  ASSERT_OK(VisitDifferences({{0, 10}, {100, 10}}, read('a'), read('b'), 1, [&](uint64_t) { return ++visits < 3; }));
  EXPECT_EQ(visits, 3);
}

TEST(RangeDiffTest, HandsOnWhatFails) {
  const auto fail = [](uint64_t, MutableByteSpan) -> Result<void> { return IoError("the disk"); };
  EXPECT_THAT(VisitDifferences({{0, 1}}, fail, fail, 1, [](uint64_t) { return true; }),
              testing::HasError(ErrorKind::kIo, "the disk"));
}

}  // namespace
}  // namespace hallmark
