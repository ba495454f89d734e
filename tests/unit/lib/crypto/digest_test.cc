// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/digest.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

// FIPS 180-4's own example, and the empty message.
TEST(DigestTest, MatchesPublishedVectors) {
  EXPECT_EQ(ToHex(Sha256(AsBytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha1(AsBytes("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(ToHex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 7693, appendix A.
TEST(DigestTest, Blake2bMatchesPublishedVector) {
  EXPECT_EQ(ToHex(Blake2b512(AsBytes("abc"))),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST(DigestTest, ResetStartsANewMessage) {
  Sha256Hasher hasher;
  hasher.Update(AsBytes("something else"));
  hasher.Finish();
  hasher.Reset();
  hasher.Update(AsBytes("a"));
  hasher.Update(AsBytes("bc"));
  EXPECT_EQ(hasher.Finish(), Sha256(AsBytes("abc")));
}

TEST(DigestTest, FileDigestStartsAtOffset) {
  const testing::TempDir dir;
  testing::WriteFile(dir / "f", "xxabc");
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(dir / "f"));
  ASSERT_OK_AND_ASSIGN(const Sha256Digest digest, Sha256OfFile(file, 2));
  EXPECT_EQ(digest, Sha256(AsBytes("abc")));
}

}  // namespace
}  // namespace hallmark
