// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin.h"

#include "signing/bundle/manifest.h"
#include "tests/support/sample_manifest.h"
#include "tests/support/sample_smol_bin.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::ReadFile;
using testing::SampleSmolBin;
using testing::SampleSmolTrust;
using testing::TempDir;
using testing::WriteFile;

/// "VERDICT WHERE" of each finding.
std::vector<std::string> Verdicts(const std::filesystem::path& directory,
                                  const SmolBinRequirements& requirements = {}) {
  Result<SignedDirectory> opened = SignedDirectory::Open(directory);
  EXPECT_OK(opened);
  const Result<SmolBinReport> report = VerifySmolBinDirectory(*opened, SampleSmolTrust(), requirements);
  EXPECT_OK(report);
  std::vector<std::string> verdicts;
  if (!report.ok()) return verdicts;
  for (const Finding& finding : report->findings) {
    verdicts.push_back(std::string(VerdictName(finding.verdict)) + " " + finding.where);
  }
  return verdicts;
}

using Lines = std::vector<std::string>;

TEST(SmolBinTest, GoodDirectoryIsGood) {
  const TempDir dir;
  SampleSmolBin().WriteTo(dir / "s");
  EXPECT_EQ(Verdicts(dir / "s"), Lines{});
}

TEST(SmolBinTest, NamesWhatDoesNotHold) {
  const TempDir dir;
  const std::filesystem::path s = dir / "s";
  SampleSmolBin().WriteTo(s);
  WriteFile(s / "sdk-daemon", "b daemon");
  EXPECT_EQ(Verdicts(s), Lines{"digest sdk-daemon"});
  WriteFile(s / "sdk-daemon", "a daemo");
  EXPECT_EQ(Verdicts(s), Lines{"truncated sdk-daemon"});
  WriteFile(s / "sdk-daemon", "a daemon\n");
  WriteFile(s / "more", "");
  EXPECT_EQ(Verdicts(s), (Lines{"unexpected more", "extended sdk-daemon"}));
  std::filesystem::remove(s / "more");
  std::filesystem::remove(s / "sdk-daemon");
  EXPECT_EQ(Verdicts(s), Lines{"missing sdk-daemon"});
  WriteFile(dir / "elsewhere", "a daemon");
  std::filesystem::create_symlink(dir / "elsewhere", s / "sdk-daemon");
  EXPECT_EQ(Verdicts(s), Lines{"not-a-file sdk-daemon"});
  std::filesystem::remove(s / "manifest.json");
  EXPECT_EQ(Verdicts(s), Lines{"missing manifest.json"});
  EXPECT_EQ(Verdicts(dir / "nowhere"), (Lines{"missing manifest.json", "missing manifest.dsse.json"}));
}

TEST(SmolBinTest, SignaturesCountByRole) {
  const TempDir dir;
  const std::filesystem::path s = dir / "s";
  SampleSmolBin{.key = 1}.WriteTo(s);  // may sign bundles, and not this
  EXPECT_EQ(Verdicts(s), Lines{"untrusted manifest.dsse.json"});
  SampleSmolBin().WriteTo(s);
  WriteFile(s / "manifest.json", FormatSmolBinManifest(SampleSmolBin{.sequence = 6}.Manifest()).value());
  EXPECT_EQ(Verdicts(s), Lines{"untrusted manifest.json"});
  // A bundle's manifest, well signed, is not a smol-bin's.
  Envelope envelope{std::string(kStatementPayloadType), FormatManifest(testing::SampleManifest()).value(), {}};
  ASSERT_OK(AddSignature(envelope, testing::SampleKey(2)));
  WriteFile(s / "manifest.json", envelope.payload);
  WriteFile(s / "manifest.dsse.json", FormatEnvelope(envelope));
  EXPECT_EQ(Verdicts(s), Lines{"malformed manifest.json"});
}

TEST(SmolBinTest, RefusesEveryBitOfManifestAndEnvelope) {
  const TempDir dir;
  const std::filesystem::path s = dir / "s";
  SampleSmolBin().WriteTo(s);
  const std::string manifest = ReadFile(s / "manifest.json");
  const std::string envelope = ReadFile(s / "manifest.dsse.json");
  const Trust trust = SampleSmolTrust();
  const auto refused = [&](const std::string& text, const std::string& by) {
    std::vector<Finding> findings;
    const bool good = VerifyDocument({text, by}, SmolBinManifestKind(), trust, findings).has_value();
    return good || findings.size() != 1 ? std::string("good") : FindingText(findings[0]);
  };
  EXPECT_EQ(refused(manifest, envelope), "good");
  for (size_t bit = 0; bit < manifest.size() * 8; bit += 5) {
    std::string flipped = manifest;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(refused(flipped, envelope), "untrusted: manifest.json: is not what manifest.dsse.json signs");
  }
  for (size_t bit = 0; bit < envelope.size() * 8; bit += 5) {
    std::string flipped = envelope;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_THAT(refused(manifest, flipped), ::testing::ContainsRegex("^(untrusted|malformed): manifest.dsse.json: "))
        << bit;
  }
}

TEST(SmolBinTest, HoldsRequirements) {
  const TempDir dir;
  const std::filesystem::path s = dir / "s";
  SampleSmolBin{.sequence = 5, .least_rootfs_sequence = 7, .policy_sequence = 3}.WriteTo(s);
  const SmolBinRequirements fits{"arm64", 7, 5, 3};
  EXPECT_EQ(Verdicts(s, fits), Lines{});
  EXPECT_EQ(Verdicts(s, {"amd64", 6, 6, 4}),
            (Lines{"wrong-architecture manifest.json", "rolled-back manifest.json", "policy-rolled-back manifest.json",
                   "rootfs-too-old manifest.json"}));
}

TEST(SmolBinTest, SignedSettingsMustBeReadable) {
  const TempDir dir;
  SampleSmolBin{.settings = "{}"}.WriteTo(dir / "s");
  EXPECT_EQ(Verdicts(dir / "s"), Lines{"policy srt-settings.json"});
}

}  // namespace
}  // namespace hallmark
