// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

TEST(SignTest, Help) { ExpectHelp({"sign"}, "BUNDLE --key KEY [OPTION...]"); }

TEST(SignTest, UsageErrors) {
  ExpectUsageError({"sign"}, "BUNDLE is required", "'hallmark sign --help' lists the options");
  ExpectUsageError({"sign", "b"}, "no key to sign with: give --key or --signer-command", "");
  ExpectUsageError({"sign", "b", "--sequence", "-1"}, "--sequence: '-1' is not a number",
                   "'hallmark sign --help' lists the options");
  ExpectUsageError({"sign", "b", "--signer-key", "k"}, "--signer-command and --signer-key go together", "");
}

TEST(SignTest, SaysWhatWasSigned) {
  const BundleFixture fixture;
  EXPECT_EQ(RunWell({"sign", fixture.bundle(), "--key", fixture.key(), "--trust", fixture.trust(), "--sequence", "4"}),
            fixture.bundle() + ": sequence 4, 1 signature, 1 of the 1 that the trust file requires\n");
  EXPECT_EQ(RunWell({"sign", "-q", fixture.bundle(), "--key", fixture.key(), "--sequence", "5"}), "");
}

}  // namespace
}  // namespace hallmark::testing
