// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/image_check.h"

#include "tests/support/sample_smol_bin.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleSmolBin;
using testing::SampleSmolTrust;
using testing::TempDir;
using testing::WriteFile;

class ImageCheckTest : public ::testing::Test {
 protected:
  /// Each finding, a line; empty: the image holds.
  std::string Check(const std::string& bytes, const SmolBinRequirements& requirements = {}) {
    WriteFile(dir / "image", bytes);
    const auto report =
        VerifySmolBinImage(File::OpenForReading(dir / "image").value(), SampleSmolTrust(), requirements);
    if (!report.ok()) return "error: " + report.error().message;
    std::string text;
    for (const Finding& finding : report->findings) text += FindingText(finding) + "\n";
    return text;
  }
  [[nodiscard]] std::string Changed(std::string_view from, std::string_view to) const {
    std::string bytes = image;
    EXPECT_NE(bytes.find(from), std::string::npos) << from;
    return bytes.replace(bytes.find(from), from.size(), to);
  }
  TempDir dir;
  const std::string image = SampleSmolBin().Image();
};

TEST_F(ImageCheckTest, AnImageHolds) {
  EXPECT_EQ(Check(image), "");
  EXPECT_EQ(Check(image, {"arm64", 7, 5, 5}), "");
}

TEST_F(ImageCheckTest, ChecksWhatADirectorysCheckDoes) {
  EXPECT_EQ(Check(Changed("a daemon", "A daemon")), "digest: sdk-daemon: holds other bytes than signed\n");
  EXPECT_EQ(Check(Changed("\"version\": \"1.0\"", "\"version\": \"1.1\"")),
            "untrusted: manifest.json: is not what manifest.dsse.json signs\n");
  EXPECT_EQ(Check(SampleSmolBin{.key = 1}.Image()), "untrusted: manifest.dsse.json: not signed by a trusted key\n");
  EXPECT_EQ(Check(image, {"amd64", 0, 6, 0}),
            "wrong-architecture: manifest.json: is for arm64, not amd64\n"
            "rolled-back: manifest.json: sequence 5, and the least is 6\n");
  EXPECT_THAT(Check(SampleSmolBin{.settings = "{}"}.Image()), ::testing::StartsWith("policy: srt-settings.json: "));
}

TEST_F(ImageCheckTest, ChecksTheFilesystemToo) {
  EXPECT_EQ(Check(image + std::string(512, '\0')), "filesystem: unused space: something follows the filesystem\n");
  std::string serial = image;
  serial[100] = static_cast<char>(serial[100] ^ 1);  // of the volume serial number, in the boot sector
  EXPECT_THAT(Check(serial), ::testing::StartsWith("filesystem: "));
  EXPECT_THAT(Check(std::string(1 << 20, '\0')), ::testing::StartsWith("filesystem: boot sector: "));
  EXPECT_THAT(Check(""), ::testing::StartsWith("filesystem: boot sector: "));
}

TEST_F(ImageCheckTest, HandsOutWhatItRead) {
  class Files : public SmolBinOutput {
   public:
    explicit Files(std::filesystem::path directory) : directory_(std::move(directory)) {}
    Result<const File*> NewFile(const std::string& name, uint32_t mode) override {
      modes[name] = mode;
      WriteFile(directory_ / name, "");
      ASSIGN_OR_RETURN(file_, File::Open(directory_ / name, O_RDWR));
      return &file_;
    }
    std::map<std::string, uint32_t> modes;

   private:
    std::filesystem::path directory_;
    File file_;
  };
  Files files(dir / "out");
  WriteFile(dir / "image", image);
  ASSERT_OK(VerifySmolBinImage(File::OpenForReading(dir / "image").value(), SampleSmolTrust(), {}, &files));
  EXPECT_EQ(files.modes, (std::map<std::string, uint32_t>{{"manifest.dsse.json", 0644},
                                                          {"manifest.json", 0644},
                                                          {"sandbox-helper", 0755},
                                                          {"sdk-daemon", 0755},
                                                          {"srt-settings.json", 0644}}));
  for (const auto& [name, content] : SampleSmolBin().Files()) {
    EXPECT_EQ(testing::ReadFile(dir / "out" / name), content) << name;
  }
}

TEST_F(ImageCheckTest, TellsContentsWithoutVerifyingThem) {
  WriteFile(dir / "image", SampleSmolBin{.key = 66}.Image());
  ASSERT_OK_AND_ASSIGN(const SmolBinContents contents,
                       ReadSmolBinContents(File::OpenForReading(dir / "image").value()));
  EXPECT_EQ(contents.size, uint64_t{1} << 20);
  EXPECT_EQ(contents.label, "SMOL-BIN");
  EXPECT_EQ(contents.entries.size(), 5U);
  EXPECT_EQ(contents.manifest_text, SampleSmolBin().Files()["manifest.json"]);
  EXPECT_FALSE(contents.envelope_text.empty());
  WriteFile(dir / "image", "no image");
  EXPECT_THAT(ReadSmolBinContents(File::OpenForReading(dir / "image").value()), HasError(ErrorKind::kCorrupt, "exFAT"));
}

}  // namespace
}  // namespace hallmark
