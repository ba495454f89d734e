// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/sidecars.h"

#include <sys/stat.h>

#include "signing/document/minisign.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

using testing::ReadFile;
using testing::SampleBundle;
using testing::SampleKey;
using testing::WriteFile;

class SidecarsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(bundle.Sign(1, 7)); }
  /// Each finding, a line.
  std::string Check() {
    SignedDirectory directory = SignedDirectory::Open(bundle.dir.path()).value();
    const Result<VerifiedManifest> manifest = VerifyManifestOf(directory, bundle.trust(), {});
    EXPECT_OK(manifest);
    const Result<std::vector<Finding>> findings = CheckSidecars(directory, *manifest, bundle.trust());
    EXPECT_OK(findings);
    std::string text;
    for (const Finding& finding : *findings) text += FindingText(finding) + "\n";
    return text;
  }
  void RemoveSums() const { std::filesystem::remove(bundle.Path("SHA256SUMS")); }
  SampleBundle bundle;
};

TEST_F(SidecarsTest, AgreeOrAreMissing) {
  EXPECT_EQ(Check(), "");
  RemoveSums();
  for (const char* name : {"manifest.json.minisig", ".rootfs.img.origin", ".vmlinuz.origin"}) {
    ASSERT_TRUE(std::filesystem::remove(bundle.Path(name))) << name;
  }
  EXPECT_EQ(Check(), "");
}

TEST_F(SidecarsTest, AMinisigIsByATrustedKeyOverTheseBytes) {
  RemoveSums();
  const std::string text = ReadFile(bundle.Path("manifest.json"));
  const auto sign = [&](std::string_view message, uint8_t key) {
    WriteFile(bundle.Path("manifest.json.minisig"), FormatMinisign(SignMinisign(message, "c", SampleKey(key)).value()));
    return Check();
  };
  const std::string untrusted = "untrusted: manifest.json.minisig: not signed by a trusted key\n";
  EXPECT_EQ(sign(text, 2), "");  // the other key of the role
  EXPECT_EQ(sign(text, 66), untrusted);
  EXPECT_EQ(sign(text + "\n", 1), untrusted);
  WriteFile(bundle.Path("manifest.json.minisig"), "one line\n");
  EXPECT_EQ(Check(), "malformed: manifest.json.minisig: not of four lines\n");
  WriteFile(bundle.Path("manifest.json.minisig"), std::string((64 << 10) + 1, '\n'));
  EXPECT_EQ(Check(), "malformed: manifest.json.minisig: larger than 65536 bytes\n");
}

TEST_F(SidecarsTest, AnOriginHoldsTheDigestOfTheManifest) {
  const std::string name = ".vmlinuz.origin";
  const std::string good = ReadFile(bundle.Path(name));
  WriteFile(bundle.Path(name), good + "\n");
  EXPECT_EQ(Check(), "");
  WriteFile(bundle.Path(name), std::string(40, '0'));
  EXPECT_EQ(Check(), "origin: .vmlinuz.origin: holds " + std::string(40, '0') + " and the manifest " + good + "\n");
  WriteFile(bundle.Path(".rootfs.img.origin"), std::string(40, '0'));
  const std::string stamp = "holds " + std::string(40, '0') + " as other files' origins do: a stamp, not a digest\n";
  EXPECT_EQ(Check(), "origin-stamp: .rootfs.img.origin: " + stamp + "origin-stamp: .vmlinuz.origin: " + stamp);
  // One that can't be read stands beside no other.
  WriteFile(bundle.Path(".rootfs.img.origin"), "0");
  EXPECT_EQ(Check(),
            "malformed: .rootfs.img.origin: not the 40 hexadecimal digits of a SHA-1\n"
            "origin: .vmlinuz.origin: holds " +
                std::string(40, '0') + " and the manifest " + good + "\n");
  WriteFile(bundle.Path(".rootfs.img.origin"), std::string(65, '0'));
  WriteFile(bundle.Path(name), good);
  EXPECT_EQ(Check(), "malformed: .rootfs.img.origin: larger than 64 bytes\n");
}

TEST_F(SidecarsTest, AnOriginRequiresADigestInTheManifest) {
  for (Artifact& artifact : bundle.manifest.artifacts) {
    if (artifact.role == ArtifactRole::kKernel) artifact.sha1.reset();
  }
  WriteFile(bundle.Path("manifest.json"), FormatManifest(bundle.manifest).value());
  ASSERT_OK(bundle.Sign(1, 8));
  EXPECT_EQ(Check(), "origin: .vmlinuz.origin: is there, and the manifest has no SHA-1 of vmlinuz\n");
}

TEST_F(SidecarsTest, AreRegularFiles) {
  std::string expected;
  for (const char* name : {"manifest.json.minisig", ".rootfs.img.origin", "SHA256SUMS"}) {
    std::filesystem::remove(bundle.Path(name));
    ASSERT_EQ(mkfifo(bundle.Path(name).c_str(), 0600), 0);
    expected += "malformed: " + std::string(name) + ": is not a regular file\n";
  }
  EXPECT_EQ(Check(), expected);
}

}  // namespace
}  // namespace hallmark
