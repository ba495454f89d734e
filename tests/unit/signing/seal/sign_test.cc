// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/sign.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleBundle;
using testing::SampleSmolBin;

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
