// SPDX-License-Identifier: Apache-2.0
#include "signing/document/finding.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

// JSON output, the negative corpus and recheck.sh have these words.
TEST(FindingTest, VerdictsKeepTheirNames) {
  EXPECT_EQ(VerdictName(Verdict::kGood), "good");
  EXPECT_EQ(VerdictName(Verdict::kUntrusted), "untrusted");
  EXPECT_EQ(VerdictName(Verdict::kMalformed), "malformed");
  EXPECT_EQ(VerdictName(Verdict::kRolledBack), "rolled-back");
  EXPECT_EQ(VerdictName(Verdict::kMissing), "missing");
  EXPECT_EQ(VerdictName(Verdict::kNotAFile), "not-a-file");
  EXPECT_EQ(VerdictName(Verdict::kTruncated), "truncated");
  EXPECT_EQ(VerdictName(Verdict::kExtended), "extended");
  EXPECT_EQ(VerdictName(Verdict::kDigest), "digest");
  EXPECT_EQ(VerdictName(Verdict::kUnreleased), "unreleased");
  EXPECT_EQ(VerdictName(Verdict::kCompressed), "compressed");
  EXPECT_EQ(VerdictName(Verdict::kWrongRelease), "wrong-release");
  EXPECT_EQ(VerdictName(Verdict::kTable), "table");
  EXPECT_EQ(VerdictName(Verdict::kPartition), "partition");
  EXPECT_EQ(VerdictName(Verdict::kChunk), "chunk");
  EXPECT_EQ(VerdictName(Verdict::kOrigin), "origin");
  EXPECT_EQ(VerdictName(Verdict::kOriginStamp), "origin-stamp");
  EXPECT_EQ(VerdictName(Verdict::kSums), "sums");
  EXPECT_EQ(VerdictName(Verdict::kFilesystem), "filesystem");
  EXPECT_EQ(VerdictName(Verdict::kUnexpected), "unexpected");
  EXPECT_EQ(VerdictName(Verdict::kPolicy), "policy");
  EXPECT_EQ(VerdictName(Verdict::kWrongArchitecture), "wrong-architecture");
  EXPECT_EQ(VerdictName(Verdict::kPolicyRolledBack), "policy-rolled-back");
  EXPECT_EQ(VerdictName(Verdict::kRootfsTooOld), "rootfs-too-old");
}

TEST(FindingTest, SizesTellShorterFromLonger) {
  EXPECT_EQ(SizeVerdict(5, 5), Verdict::kGood);
  EXPECT_EQ(SizeVerdict(4, 5), Verdict::kTruncated);
  EXPECT_EQ(SizeVerdict(6, 5), Verdict::kExtended);
  EXPECT_EQ(SizeVerdict(0, UINT64_MAX), Verdict::kTruncated);
}

TEST(FindingTest, IsOneLine) {
  EXPECT_EQ(FindingText({Verdict::kDigest, "sdk-daemon", "holds other bytes than signed"}),
            "digest: sdk-daemon: holds other bytes than signed");
}

}  // namespace
}  // namespace hallmark
