// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/kernel_parameters.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_manifest.h"

namespace hallmark {
namespace {

using testing::SampleManifest;

TEST(KernelParametersTest, TellTheGuestOfItsRelease) {
  EXPECT_EQ(LeastSequenceParameters(SampleManifest()),
            "hallmark.smol_bin_least_sequence=3 hallmark.policy_least_sequence=2");
  EXPECT_EQ(DirectBootCommandLine(SampleManifest()), "roothash=1234 console=hvc0 hallmark.sequence=7");
  EXPECT_EQ(LeastSequenceParameters(Manifest()), "");
  EXPECT_EQ(DirectBootCommandLine(Manifest()), "");
}

TEST(KernelParametersTest, TellBothSequencesWhereOneIsAskedFor) {
  Manifest manifest;
  manifest.smol_bin_least_sequence = 3;
  EXPECT_EQ(LeastSequenceParameters(manifest), "hallmark.smol_bin_least_sequence=3 hallmark.policy_least_sequence=0");
  manifest = Manifest();
  manifest.policy_least_sequence = 9;
  EXPECT_EQ(LeastSequenceParameters(manifest), "hallmark.smol_bin_least_sequence=0 hallmark.policy_least_sequence=9");
}

}  // namespace
}  // namespace hallmark
