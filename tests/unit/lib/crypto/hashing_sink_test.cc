// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/hashing_sink.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

TEST(HashingSinkTest, HashesWhatPassesThrough) {
  MemorySink memory;
  HashingSink<Sha256Digest, Sha1Digest> sink(&memory);
  ASSERT_OK(sink.Write(AsBytes("a")));
  ASSERT_OK(sink.Write(AsBytes("bc")));
  EXPECT_EQ(AsText(memory.bytes()), "abc");
  EXPECT_EQ(sink.Finish<Sha256Digest>(), Sha256(AsBytes("abc")));
  EXPECT_EQ(sink.Finish<Sha1Digest>(), Sha1(AsBytes("abc")));
}

TEST(HashingSinkTest, AHoleIsTheZerosThatItStandsFor) {
  constexpr size_t kHole = (64 << 10) + 1;  // more than one step
  MemorySink memory;
  HashingSink<Sha256Digest> sink(&memory);
  ASSERT_OK(sink.Write(AsBytes("x")));
  ASSERT_OK(sink.WriteHole(kHole));
  const std::string expected = "x" + std::string(kHole, '\0');
  EXPECT_EQ(AsText(memory.bytes()), expected);
  EXPECT_EQ(sink.Finish<Sha256Digest>(), Sha256(AsBytes(expected)));
}

TEST(HashingSinkTest, HasNoNextSink) {
  HashingSink<Sha256Digest> sink;
  ASSERT_OK(sink.Write(AsBytes("abc")));
  ASSERT_OK(sink.WriteHole(0));
  EXPECT_EQ(sink.Finish<Sha256Digest>(), Sha256(AsBytes("abc")));
}

// The next sink's error is the answer.
TEST(HashingSinkTest, GivesTheErrorOfTheNext) {
  class Full : public Sink {
   public:
    Result<void> Write(ByteSpan) override { return NoSpaceError("full"); }
    Result<void> WriteHole(uint64_t) override { return NoSpaceError("no room for a hole"); }
  };
  Full full;
  HashingSink<Sha256Digest> sink(&full);
  EXPECT_THAT(sink.Write(AsBytes("abc")), testing::HasError(ErrorKind::kNoSpace, "full"));
  EXPECT_THAT(sink.WriteHole(1), testing::HasError(ErrorKind::kNoSpace, "no room for a hole"));
}

}  // namespace
}  // namespace hallmark
