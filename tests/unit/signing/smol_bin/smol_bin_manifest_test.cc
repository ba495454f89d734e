// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin_manifest.h"

#include "signing/bundle/manifest.h"
#include "tests/support/sample_manifest.h"
#include "tests/support/sample_smol_bin.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleSmolBin;

TEST(SmolBinManifestTest, IsCanonical) {
  const SmolBinManifest manifest = SampleSmolBin().Manifest();
  ASSERT_OK_AND_ASSIGN(const std::string text, FormatSmolBinManifest(manifest));
  EXPECT_NE(text.find("\"predicateType\": \"urn:hallmark:smol-bin:1\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"mode\": \"0755\""), std::string::npos);
  ASSERT_OK_AND_ASSIGN(const SmolBinManifest again, ParseSmolBinManifest(text));
  EXPECT_EQ(again, manifest);
  // A bit anywhere is refused.
  for (size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const Result<SmolBinManifest> parsed = ParseSmolBinManifest(flipped);
    EXPECT_TRUE(!parsed.ok() || *parsed != manifest) << i;
  }
}

TEST(SmolBinManifestTest, RefusesWhatNoReleaseHas) {
  SmolBinManifest manifest = SampleSmolBin().Manifest();
  manifest.sequence = 0;
  EXPECT_THAT(FormatSmolBinManifest(manifest), HasError(ErrorKind::kUsage, "sequences start at 1"));
  manifest = SampleSmolBin().Manifest();
  manifest.version = "../1";
  EXPECT_THAT(FormatSmolBinManifest(manifest), HasError(ErrorKind::kUsage, "version: not of letters"));
  manifest = SampleSmolBin().Manifest();
  manifest.files[0].size = kMaxSmolBinFile + 1;
  EXPECT_THAT(FormatSmolBinManifest(manifest), HasError(ErrorKind::kUsage, "sdk-daemon: larger than 1 GiB"));
  Manifest bundle = testing::SampleManifest();
  EXPECT_THAT(ParseSmolBinManifest(FormatManifest(bundle).value()),
              HasError(ErrorKind::kCorrupt, "subject: more than 3 entries"));
  bundle.artifacts.resize(1);
  EXPECT_THAT(ParseSmolBinManifest(FormatManifest(bundle).value()),
              HasError(ErrorKind::kUnsupported, "predicateType is not urn:hallmark:smol-bin:1"));
}

TEST(SmolBinManifestTest, NamesTheBadMember) {
  const std::string text = FormatSmolBinManifest(SampleSmolBin().Manifest()).value();
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = text;
    const size_t at = other.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return ParseSmolBinManifest(other.replace(at, from.size(), to));
  };
  EXPECT_THAT(changed("\"sequence\": 5", "\"sequence\": 0"),
              HasError(ErrorKind::kCorrupt, "sequence: sequences start"));
  EXPECT_THAT(changed("\"policySequence\": 5", "\"policySequence\": 0"),
              HasError(ErrorKind::kCorrupt, "policySequence: sequences start at 1"));
  EXPECT_THAT(changed("\"sourceDateEpoch\": 0", "\"sourceDateEpoch\": 253402300800"),
              HasError(ErrorKind::kCorrupt, "sourceDateEpoch: past the year 9999"));
  EXPECT_THAT(changed("\"size\": 8", "\"size\": -8"), HasError(ErrorKind::kCorrupt, "manifest.json:"));
  EXPECT_THAT(changed("\"size\": 8", "\"size\": \"8\""),
              HasError(ErrorKind::kCorrupt, "predicate.files[0].size: not a number"));
  EXPECT_THAT(changed("\"mode\": \"0755\"", "\"mode\": \"0777\""),
              HasError(ErrorKind::kCorrupt, "not in canonical form, or subjects that differ from the files"));
  EXPECT_THAT(changed("\"role\": \"smol-bin\"", "\"role\": \"rootfs\""),
              HasError(ErrorKind::kCorrupt, "not in canonical form"));
  EXPECT_THAT(changed("Statement/v1", "Statement/v2"), HasError(ErrorKind::kUnsupported, "_type is not "));
}

}  // namespace
}  // namespace hallmark
