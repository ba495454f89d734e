// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin_check.h"

#include "tests/support/sample_smol_bin.h"

namespace hallmark {
namespace {

std::string Text(const std::optional<Finding>& finding) { return finding ? FindingText(*finding) : "good"; }

TEST(SmolBinCheckTest, KnowsTheFiveFiles) {
  for (const char* name :
       {"sdk-daemon", "sandbox-helper", "srt-settings.json", "manifest.json", "manifest.dsse.json"}) {
    EXPECT_TRUE(IsSmolBinFile(name)) << name;
  }
  for (const char* name : {"", "sdk-daemo", "sdk-daemon2", "SDK-DAEMON", "manifest.json.minisig", "trust.json"}) {
    EXPECT_FALSE(IsSmolBinFile(name)) << name;
  }
  EXPECT_EQ(Text(UnexpectedFinding("more")), "unexpected: more: is not named in the manifest");
}

TEST(SmolBinCheckTest, Sizes) {
  EXPECT_EQ(Text(SizeFinding("sdk-daemon", 8, 8)), "good");
  EXPECT_EQ(Text(SizeFinding("sdk-daemon", 7, 8)), "truncated: sdk-daemon: it has 7 bytes and not 8");
  EXPECT_EQ(Text(SizeFinding("sdk-daemon", 9, 8)), "extended: sdk-daemon: it has 9 bytes and not 8");
}

TEST(SmolBinCheckTest, EveryBitOfADigestCounts) {
  const Sha256Digest digest = Sha256(AsBytes("a daemon"));
  EXPECT_EQ(Text(DigestFinding("sdk-daemon", digest, digest)), "good");
  for (size_t bit = 0; bit < digest.size() * 8; ++bit) {
    Sha256Digest flipped = digest;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_EQ(Text(DigestFinding("sdk-daemon", flipped, digest)), "digest: sdk-daemon: holds other bytes than signed");
  }
}

TEST(SmolBinCheckTest, SettingsMustBeReadable) {
  EXPECT_EQ(Text(SettingsFinding(testing::kSampleSettings)), "good");
  std::string port(testing::kSampleSettings);
  port.insert(port.find("\"allowedDomains\""), "\"httpProxyPort\": 65536, ");
  EXPECT_THAT(Text(SettingsFinding(port)), ::testing::StartsWith("policy: srt-settings.json: "));
  EXPECT_THAT(Text(SettingsFinding(port)), ::testing::EndsWith("httpProxyPort: not a port from 1 to 65535"));
  EXPECT_THAT(Text(SettingsFinding("{}")), ::testing::StartsWith("policy: srt-settings.json: "));
}

}  // namespace
}  // namespace hallmark
