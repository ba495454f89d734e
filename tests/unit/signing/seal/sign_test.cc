// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/sign.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleBundle;
using testing::SampleSmolBin;

/// "VERDICT FILE: MESSAGE" of the first thing that does not hold; empty: all does.
std::string FirstFinding(const SampleBundle& bundle) {
  const Result<VerifyReport> report = bundle.Verify();
  if (!report.ok()) return "error: " + report.error().message;
  if (report->good()) return "";
  const Finding& finding = report->findings[0];
  return std::string(VerdictName(finding.verdict)) + " " + finding.where + ": " + finding.message;
}

TEST(SignTest, AddsSignaturesUpToTheThreshold) {
  SampleBundle bundle(2);
  ASSERT_OK_AND_ASSIGN(SignReport report, bundle.Sign(1, 7));
  EXPECT_EQ(report.trusted, 1U);
  EXPECT_EQ(report.required, 2U);
  EXPECT_EQ(FirstFinding(bundle), "untrusted manifest.dsse.json: signed by 1 trusted key of the 2 that are required");
  const std::string before = testing::ReadFile(bundle.Path("manifest.json"));
  ASSERT_OK_AND_ASSIGN(report, bundle.Sign(2, std::nullopt));
  EXPECT_EQ(report.signatures, 2U);
  EXPECT_EQ(testing::ReadFile(bundle.Path("manifest.json")), before);
  EXPECT_EQ(FirstFinding(bundle), "");
}

TEST(SignTest, ABundlesTrustFileSaysWhoMaySignItAndGrows) {
  SampleBundle bundle;
  ASSERT_OK(bundle.Sign(1, 7));
  const PrivateKey stranger = testing::SampleKey(66);
  SignOptions options;
  options.signers = {&stranger};
  EXPECT_THAT(SignBundle(bundle.dir.path(), options), HasError(ErrorKind::kUsage, "may not sign bundles"));
  // The minisig of the first signer stays where another one adds a signature.
  const std::string minisig = testing::ReadFile(bundle.Path("manifest.json.minisig"));
  const PrivateKey second = testing::SampleKey(2);
  options.signers = {&second};
  ASSERT_OK(SignBundle(bundle.dir.path(), options));
  EXPECT_EQ(testing::ReadFile(bundle.Path("manifest.json.minisig")), minisig);

  const std::string first = bundle.trust_text;
  TrustVersion next = bundle.trust().newest();
  next.version = 2;
  const PrivateKey root = testing::SampleKey(1);
  ASSERT_OK_AND_ASSIGN(bundle.trust_text, ExtendTrust(first, next, {&root}));
  ASSERT_OK(bundle.Sign(1, 8));
  bundle.trust_text = first;
  EXPECT_THAT(bundle.Sign(1, 9), HasError(ErrorKind::kUsage, "older than the one in the bundle, which has version 2"));
}

TEST(SignTest, ASequenceNeverGoesBack) {
  SampleBundle bundle;
  EXPECT_THAT(bundle.Sign(1, std::nullopt), HasError(ErrorKind::kUsage, "has no sequence yet"));
  EXPECT_THAT(bundle.Sign(1, 0), HasError(ErrorKind::kUsage, "start at 1"));
  ASSERT_OK(bundle.Sign(1, 7));
  EXPECT_THAT(bundle.Sign(1, 6), HasError(ErrorKind::kUsage, "has sequence 7 already"));
  EXPECT_THAT(bundle.Sign(66, 8), HasError(ErrorKind::kUsage, "may not sign bundles"));
  bundle.Flip("rootfs.img.zst", 1);  // the same size: what it holds is for verify to say
  ASSERT_OK(bundle.Sign(1, 8));
  testing::WriteFile(bundle.Path("rootfs.img.zst"), "short");
  EXPECT_THAT(bundle.Sign(1, 9), HasError(ErrorKind::kVerification, "has 5 bytes where the manifest says"));
}

// The sample's manifest takes smol-bins of sequence 3 and policies of sequence 2 and newer ones.
Result<SignReport> SignWith(const SampleSmolBin& smol_bin, uint64_t sequence) {
  return SampleBundle(1, smol_bin).Sign(1, sequence);
}

TEST(SignSmolBinTest, SequencesMustFitEachOther) {
  EXPECT_OK(SignWith({.least_rootfs_sequence = 7, .key = 1}, 7));
  EXPECT_THAT(SignWith({.least_rootfs_sequence = 8, .key = 1}, 7),
              HasError(ErrorKind::kVerification,
                       "smol-bin.arm64.img: rootfs-too-old: manifest.json: needs a rootfs of sequence 8, and this one "
                       "has 7"));
  EXPECT_OK(SignWith({.sequence = 3, .key = 1}, 7));
  EXPECT_THAT(SignWith({.sequence = 2, .key = 1}, 7),
              HasError(ErrorKind::kVerification,
                       "smol-bin.arm64.img: rolled-back: manifest.json: sequence 2, and the least is 3"));
  EXPECT_OK(SignWith({.policy_sequence = 2, .key = 1}, 7));
  EXPECT_THAT(SignWith({.policy_sequence = 1, .key = 1}, 7),
              HasError(ErrorKind::kVerification, "policy-rolled-back: manifest.json: policy sequence 1"));
  EXPECT_THAT(SignWith({.architecture = "amd64", .key = 1}, 7),
              HasError(ErrorKind::kVerification, "wrong-architecture: manifest.json: is for amd64, not arm64"));
}

TEST(SignSmolBinTest, ItsOwnSignatureMustHold) {
  EXPECT_THAT(SignWith({.key = 2}, 7), HasError(ErrorKind::kVerification, "untrusted: manifest.dsse.json"));
  SampleBundle bundle(1, {.key = 2});
  const PrivateKey key = testing::SampleKey(1);
  // Who signs without a trust file does not know the keys.
  EXPECT_OK(SignBundle(bundle.dir.path(), {.signers = {&key}, .sequence = 7}));
}

TEST(SignSmolBinTest, ItMustBeTheOneOfTheManifest) {
  SampleBundle bundle;
  bundle.Flip("smol-bin.arm64.img", 200000);
  EXPECT_THAT(bundle.Sign(1, 7),
              HasError(ErrorKind::kVerification, "smol-bin.arm64.img: holds other bytes than the manifest says"));
}

}  // namespace
}  // namespace hallmark
