// SPDX-License-Identifier: Apache-2.0
#include "guestd/protocol/frame.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

TEST(Frame, HasItsLengthInFrontBigEndian) {
  ASSERT_OK_AND_ASSIGN(const std::string frame, EncodeFrame("{\"a\":1}"));
  EXPECT_EQ(frame, std::string("\0\0\0\x07{\"a\":1}", 11));
}

TEST(Frame, IsFromOneByteToTenMebibytes) {
  EXPECT_THAT(EncodeFrame(""), HasError(ErrorKind::kUsage, "a frame of 0 bytes"));
  EXPECT_OK(EncodeFrame(std::string(kMaxFrameSize, 'x')));
  EXPECT_THAT(EncodeFrame(std::string(kMaxFrameSize + 1, 'x')), HasError(ErrorKind::kUsage, "10485761"));
}

TEST(FrameDecoder, TakesBytesOneByOneAndSeveralFramesAtOnce) {
  const std::string stream(
      "\0\0\0\x01"
      "a"
      "\0\0\0\x02"
      "bc"
      "\0\0\0\x01"
      "d",
      16);
  FrameDecoder one_by_one;
  std::vector<std::string> frames;
  for (const char c : stream) {
    one_by_one.Feed(AsBytes({&c, 1}));
    ASSERT_OK_AND_ASSIGN(const auto frame, one_by_one.Next());
    if (frame) frames.push_back(*frame);
  }
  EXPECT_EQ(frames, (std::vector<std::string>{"a", "bc", "d"}));
  FrameDecoder at_once;
  at_once.Feed(AsBytes(stream));
  for (const char* expected : {"a", "bc", "d"}) {
    ASSERT_OK_AND_ASSIGN(const auto frame, at_once.Next());
    EXPECT_EQ(frame, expected);
  }
  ASSERT_OK_AND_ASSIGN(const auto none, at_once.Next());
  EXPECT_FALSE(none.has_value());
}

TEST(FrameDecoder, RefusesLengthsOutOfRangeBeforeTheirBytesCome) {
  for (const auto& [header, text] : std::vector<std::pair<std::string, std::string>>{
           {std::string("\0\0\0\0", 4), "a frame of 0 bytes"},
           {std::string("\0\xa0\0\x01", 4), "a frame of 10485761 bytes"},
           {std::string("\x80\0\0\0", 4), "a frame of 2147483648 bytes"},
           {std::string("\xff\xff\xff\xff", 4), "a frame of 4294967295 bytes"}}) {
    FrameDecoder decoder;
    decoder.Feed(AsBytes(header));
    EXPECT_THAT(decoder.Next(), HasError(ErrorKind::kCorrupt, text));
  }
}

}  // namespace
}  // namespace hallmark::guest
