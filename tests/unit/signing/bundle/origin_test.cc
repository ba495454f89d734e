// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/origin.h"

#include "tests/support/matchers.h"
#include "tests/support/sample.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::WriteFile;

constexpr std::string_view kAbcSha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
constexpr std::string_view kAbcSha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

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

TEST(SumsTest, FormatsAndParsesTheSameText) {
  const std::string text = std::string(kAbcSha256) + "  rootfs.img.zst\n";
  ASSERT_OK_AND_ASSIGN(const std::vector<Sum> sums, ParseSums(text));
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0], (Sum{"rootfs.img.zst", Sha256(AsBytes("abc"))}));
  EXPECT_EQ(FormatSums(sums), text);
  EXPECT_OK(ParseSums(std::string(kAbcSha256) + " *rootfs.img.zst\n"));
}

TEST(SumsTest, NamesTheBadLine) {
  const std::string digest(kAbcSha256);
  const std::string good = digest + "  a\n";
  EXPECT_THAT(ParseSums(good + digest + "  b"), HasError(ErrorKind::kCorrupt, "line 2: no newline"));
  EXPECT_THAT(ParseSums(good + good), HasError(ErrorKind::kCorrupt, "line 2: a name twice"));
  EXPECT_THAT(ParseSums(digest + " a\n"), HasError(ErrorKind::kCorrupt, "line 1: not a digest"));
  EXPECT_THAT(ParseSums("A" + digest.substr(1) + "  a\n"), HasError(ErrorKind::kCorrupt, "64 lower-case"));
  EXPECT_THAT(ParseSums(std::string(kAbcSha1) + "  a\n"), HasError(ErrorKind::kCorrupt, "not a digest"));
  for (const std::string& name : {std::string("../a"), std::string("/a"), std::string(".."), std::string("a\x01"),
                                  std::string("a\0b", 3), std::string("a\r"), std::string("d/a")}) {
    EXPECT_THAT(ParseSums(digest + "  " + name + "\n"), HasError(ErrorKind::kCorrupt, "not the plain name")) << name;
  }
}

TEST(SumsTest, ABundlesListMustAgreeWithItsManifest) {
  const testing::TempDir dir;
  const Manifest manifest = testing::SampleManifest();
  WriteFile(dir / "manifest.json", "text");
  EXPECT_OK(CheckBundleSums(dir.path(), manifest));  // there is no list
  ASSERT_OK(WriteBundleSums(dir.path(), manifest));
  EXPECT_OK(CheckBundleSums(dir.path(), manifest));
  const std::string text = testing::ReadFile(dir / "SHA256SUMS");
  EXPECT_EQ(text.find("rootfs.img\n"), std::string::npos) << "the raw image is not shipped";
  WriteFile(dir / "manifest.json", "Text");
  EXPECT_THAT(CheckBundleSums(dir.path(), manifest),
              HasError(ErrorKind::kVerification, "SHA256SUMS: manifest.json: another digest"));
  WriteFile(dir / "manifest.json", "text");
  WriteFile(dir / "SHA256SUMS", text.substr(text.find('\n') + 1));
  EXPECT_THAT(CheckBundleSums(dir.path(), manifest), HasError(ErrorKind::kVerification, "does not list every file"));
  WriteFile(dir / "SHA256SUMS", text + std::string(kAbcSha256) + "  stranger\n");
  EXPECT_THAT(CheckBundleSums(dir.path(), manifest), HasError(ErrorKind::kVerification, "stranger: not a file"));
}

}  // namespace
}  // namespace hallmark
