// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/smol_bin_image.h"

#include <fcntl.h>

#include "signing/smol_bin/image_check.h"
#include "signing/smol_bin/image_format.h"
#include "tests/support/sample_elf.h"
#include "tests/support/sample_smol_bin.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::ReadFile;
using testing::SampleElf;
using testing::SampleKey;
using testing::TempDir;
using testing::WriteFile;

class SmolBinImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFile(dir / "daemon", SampleElf().Bytes());
    WriteFile(dir / "helper", SampleElf{.type = 3}.Bytes());
    WriteFile(dir / "settings", testing::kSampleSettings);
  }
  Result<SmolBinImage> Write(const std::string& name = "image") {
    WriteFile(dir / name, "");
    const PrivateKey key = SampleKey(2);
    options.sources = {dir / "daemon", dir / "helper", dir / "settings"};
    return WriteSmolBinImage(options, {&key}, File::Open(dir / name, O_RDWR).value());
  }
  TempDir dir;
  SmolBinImageOptions options{
      .manifest = {.version = "1.0", .architecture = "arm64", .sequence = 5, .policy_sequence = 3}, .size = 1 << 20};
};

TEST_F(SmolBinImageTest, HoldsToTheLastBit) {
  ASSERT_OK_AND_ASSIGN(const SmolBinImage image, Write());
  const std::string bytes = ReadFile(dir / "image");
  EXPECT_EQ(bytes.size(), size_t{1} << 20);
  EXPECT_EQ(image.sha256, Sha256(AsBytes(bytes)));
  EXPECT_EQ(image.sha1, Sha1(AsBytes(bytes)));
  EXPECT_EQ(image.manifest.files[0].size, SampleElf().Bytes().size());
  ASSERT_OK_AND_ASSIGN(const SmolBinReport report,
                       VerifySmolBinImage(File::OpenForReading(dir / "image").value(), testing::SampleSmolTrust(), {}));
  EXPECT_TRUE(report.good()) << FindingText(report.findings.at(0));
  EXPECT_EQ(**report.manifest, image.manifest);
  ASSERT_OK(Write("again"));
  EXPECT_EQ(ReadFile(dir / "again"), bytes);
}

TEST_F(SmolBinImageTest, NamesTheMemberThatCantBeTaken) {
  WriteFile(dir / "helper", SampleElf{.machine = 62}.Bytes());
  EXPECT_THAT(Write(), HasError(ErrorKind::kUsage, "helper: is for amd64, not for arm64"));
  WriteFile(dir / "helper", SampleElf{.sections = {2}}.Bytes());
  options.stripped = true;
  EXPECT_THAT(Write(), HasError(ErrorKind::kUsage, "helper: has a symbol table"));
  options.stripped.reset();
  WriteFile(dir / "settings", "{}");
  EXPECT_THAT(Write(), HasError(ErrorKind::kUsage, "settings"));
  std::filesystem::remove(dir / "daemon");
  EXPECT_THAT(Write(), HasError(ErrorKind::kNotFound, "daemon"));
}

TEST_F(SmolBinImageTest, HasLimits) {
  options.size = kMaxSmolBinImage + 1;
  EXPECT_THAT(Write(), HasError(ErrorKind::kUsage, "at most 2 GiB"));
  options.size = 1 << 20;
  WriteFile(dir / "daemon", SampleElf().Bytes() + std::string(2 << 20, 'x'));
  EXPECT_THAT(Write(), HasError(ErrorKind::kNoSpace, ""));
  WriteFile(dir / "daemon", SampleElf().Bytes());
  options.manifest.source_date_epoch = 4354819200;
  EXPECT_THAT(Write(), HasError(ErrorKind::kUsage, "exFAT holds times up to the end of 2107"));
  options.manifest.source_date_epoch = 0;
  options.manifest.sequence = 0;
  EXPECT_THAT(Write(), HasError(ErrorKind::kUsage, "sequences start at 1"));
}

}  // namespace
}  // namespace hallmark
