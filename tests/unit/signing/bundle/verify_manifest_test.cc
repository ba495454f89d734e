// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify_manifest.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::ReadFile;
using testing::SampleBundle;
using testing::SampleKey;

class VerifyManifestTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(bundle.Sign(1, 7)); }
  [[nodiscard]] ManifestTexts Texts() const {
    return {ReadFile(bundle.Path("manifest.json")), ReadFile(bundle.Path("manifest.dsse.json")),
            ReadFile(bundle.Path("trust.json"))};
  }
  Result<VerifiedManifest> Verify(ManifestTexts texts, const ManifestRequirements& requirements = {}) {
    return VerifyManifestTexts(std::move(texts), bundle.trust(), requirements);
  }
  Result<ManifestCheck> Check(const ManifestRequirements& requirements = {}) {
    SignedDirectory directory = SignedDirectory::Open(bundle.dir.path()).value();
    return CheckManifest(directory, bundle.trust(), requirements);
  }
  SampleBundle bundle;
};

TEST_F(VerifyManifestTest, TextsAndDirectoriesSayTheSame) {
  ASSERT_OK_AND_ASSIGN(const VerifiedManifest manifest, Verify(Texts()));
  EXPECT_EQ(manifest->sequence, 7U);
  EXPECT_EQ(manifest.text(), Texts().manifest);
  ASSERT_OK_AND_ASSIGN(const ManifestCheck check, Check());
  EXPECT_TRUE(check.findings.empty());
  EXPECT_EQ(**check.manifest, *manifest);
  EXPECT_EQ(check.trust.newest().version, 1U);
}

TEST_F(VerifyManifestTest, ReadsNothingButTheSignedTexts) {
  for (const auto& entry : std::filesystem::directory_iterator(bundle.dir.path())) {
    const std::string name = entry.path().filename().string();
    if (name != "manifest.json" && name != "manifest.dsse.json" && name != "trust.json") {
      std::filesystem::remove(entry.path());
    }
  }
  ASSERT_OK_AND_ASSIGN(const ManifestCheck check, Check());
  EXPECT_TRUE(check.findings.empty());
}

TEST_F(VerifyManifestTest, AnswersWithTheFirstFinding) {
  EXPECT_THAT(Verify(Texts(), {.least_sequence = 8}),
              HasError(ErrorKind::kVerification, "manifest.json: rolled back: sequence 7, and the least is 8"));
  EXPECT_THAT(Verify(Texts(), {.update_at = SampleBundle::kLifeEnd}),
              HasError(ErrorKind::kVerification, "trust.json: version 1 expired at 2026-11-01T12:00:00Z"));
  ManifestTexts texts = Texts();
  texts.envelope = "{}";
  EXPECT_THAT(Verify(texts), HasError(ErrorKind::kVerification, "manifest.dsse.json: payloadType: missing"));
  texts = Texts();
  texts.trust = "no trust";
  EXPECT_THAT(Verify(texts), HasError(ErrorKind::kVerification, "trust.json: trust file:1:2: not the JSON"));
  texts.trust.reset();
  EXPECT_OK(Verify(texts));
}

TEST_F(VerifyManifestTest, AManifestWithoutASequenceIsNoRelease) {
  Envelope envelope{std::string(kStatementPayloadType), FormatManifest(bundle.manifest).value(), {}};
  ASSERT_OK(AddSignature(envelope, SampleKey(1)));
  EXPECT_THAT(Verify({envelope.payload, FormatEnvelope(envelope), std::nullopt}),
              HasError(ErrorKind::kVerification, "manifest.json: has no sequence: not a release"));
}

TEST_F(VerifyManifestTest, FindingsNameTheFileThatIsAtFault) {
  testing::WriteFile(bundle.Path("trust.json"), "no trust");
  testing::WriteFile(bundle.Path("manifest.dsse.json"), "no envelope");
  ASSERT_OK_AND_ASSIGN(const ManifestCheck check, Check());
  ASSERT_EQ(check.findings.size(), 2U);
  EXPECT_EQ(check.findings[0].where, "trust.json");
  EXPECT_EQ(check.findings[0].verdict, Verdict::kMalformed);
  EXPECT_EQ(check.findings[1].where, "manifest.dsse.json");
  EXPECT_FALSE(check.manifest.has_value());
}

TEST_F(VerifyManifestTest, AnOlderTrustFileOfTheBundleDoesNoHarm) {
  const std::string first = bundle.trust_text;
  TrustVersion next = bundle.trust().newest();
  next.version = 2;
  const PrivateKey root = SampleKey(1);
  ASSERT_OK_AND_ASSIGN(bundle.trust_text, ExtendTrust(first, next, {&root}));  // the host knows two versions
  ASSERT_OK_AND_ASSIGN(const ManifestCheck check, Check());
  EXPECT_TRUE(check.findings.empty());
  EXPECT_EQ(check.trust.newest().version, 2U);
}

}  // namespace
}  // namespace hallmark
