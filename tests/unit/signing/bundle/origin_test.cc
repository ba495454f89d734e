// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/origin.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::WriteFile;

constexpr std::string_view kAbcSha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";

TEST(OriginTest, WritesFortyDigitsAndNothingElse) {
  const testing::TempDir dir;
  ASSERT_OK(WriteOrigin(dir / "rootfs.img", Sha1(AsBytes("abc"))));
  EXPECT_EQ(testing::ReadFile(dir / ".rootfs.img.origin"), kAbcSha1);
}

TEST(OriginTest, ReadsEitherCaseAndOneNewline) {
  for (const std::string& text :
       {std::string(kAbcSha1), std::string(kAbcSha1) + "\n", std::string("A9993E364706816ABA3E25717850C26C9CD0D89D")}) {
    ASSERT_OK_AND_ASSIGN(const Sha1Digest digest, ParseOrigin(text));
    EXPECT_EQ(ToHex(digest), kAbcSha1);
  }
  for (const std::string& text :
       {std::string(), std::string(kAbcSha1.substr(1)), std::string(kAbcSha1) + "\n\n",
        " " + std::string(kAbcSha1.substr(1)), std::string(kAbcSha1) + "0", std::string(40, 'g')}) {
    EXPECT_THAT(ParseOrigin(text), HasError(ErrorKind::kCorrupt, "not the 40 hexadecimal digits")) << text;
  }
}

TEST(OriginTest, TellsTheFourCasesApart) {
  const testing::TempDir dir;
  WriteFile(dir / "a", "abc");
  WriteFile(dir / "b", "other");
  ASSERT_OK_AND_ASSIGN(OriginCheck check, CheckOrigin(dir / "a"));
  EXPECT_EQ(check.verdict, OriginVerdict::kMissing);
  WriteFile(dir / ".a.origin", kAbcSha1);
  ASSERT_OK_AND_ASSIGN(check, CheckOrigin(dir / "a"));
  EXPECT_EQ(check.verdict, OriginVerdict::kContent);
  WriteFile(dir / ".a.origin", std::string(40, '1'));
  ASSERT_OK_AND_ASSIGN(check, CheckOrigin(dir / "a"));
  EXPECT_EQ(check.verdict, OriginVerdict::kMismatch);
  WriteFile(dir / ".b.origin", std::string(40, '1') + "\n");
  ASSERT_OK_AND_ASSIGN(check, CheckOrigin(dir / "a"));
  EXPECT_EQ(check.verdict, OriginVerdict::kStamp);
}

}  // namespace
}  // namespace hallmark
