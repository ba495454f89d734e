// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/sums.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_manifest.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::WriteFile;

constexpr std::string_view kAbcSha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
constexpr std::string_view kAbcSha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

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
  const auto check = [&]() -> std::string {
    Result<SignedDirectory> directory = SignedDirectory::Open(dir.path());
    if (!directory.ok()) return directory.error().message;
    const Result<std::optional<Finding>> finding = CheckBundleSums(*directory, manifest);
    if (!finding.ok()) return finding.error().message;
    return *finding ? FindingText(**finding) : "";
  };
  WriteFile(dir / "manifest.json", "text");
  EXPECT_EQ(check(), "");  // there is no list
  ASSERT_OK(WriteBundleSums(dir.path(), manifest));
  EXPECT_EQ(check(), "");
  const std::string text = testing::ReadFile(dir / "SHA256SUMS");
  EXPECT_EQ(text.find("rootfs.img\n"), std::string::npos) << "the raw image is not shipped";
  WriteFile(dir / "manifest.json", "Text");
  EXPECT_EQ(check(), "sums: SHA256SUMS: manifest.json: another digest");
  WriteFile(dir / "manifest.json", "text");
  WriteFile(dir / "SHA256SUMS", text.substr(text.find('\n') + 1));
  EXPECT_EQ(check(), "sums: SHA256SUMS: does not list every file of this bundle");
  WriteFile(dir / "SHA256SUMS", text + std::string(kAbcSha256) + "  stranger\n");
  EXPECT_EQ(check(), "sums: SHA256SUMS: stranger: not a file of this bundle");
  WriteFile(dir / "SHA256SUMS", "no list");
  EXPECT_EQ(check(), "malformed: SHA256SUMS: line 1: no newline at its end");
  // A file around the manifest that can't be read has no digest to agree with.
  WriteFile(dir / "SHA256SUMS", text);
  std::filesystem::create_directory(dir / "trust.json");
  EXPECT_EQ(check(), "malformed: SHA256SUMS: trust.json: is not a regular file");
}

}  // namespace
}  // namespace hallmark
