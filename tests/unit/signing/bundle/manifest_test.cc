// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/manifest.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_manifest.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleManifest;

Manifest SmallManifest() {
  Manifest manifest;
  manifest.name = "small";
  manifest.version = "2";
  manifest.architecture = "amd64";
  manifest.artifacts = {{ArtifactRole::kRootfs, 3, Sha256(AsBytes("abc")), std::nullopt}};
  return manifest;
}

// Golden: these bytes are signed, so they can't change without a new predicateType.
constexpr std::string_view kSmallText = R"({
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "rootfs.img",
      "digest": {
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      }
    }
  ],
  "predicateType": "urn:hallmark:manifest:1",
  "predicate": {
    "name": "small",
    "version": "2",
    "architecture": "amd64",
    "sequence": 0,
    "leastSequence": 0,
    "smolBinLeastSequence": 0,
    "policyLeastSequence": 0,
    "sourceDateEpoch": 0,
    "artifacts": [
      {
        "role": "rootfs",
        "name": "rootfs.img",
        "size": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      }
    ]
  }
}
)";

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// The full sample's text with one place changed.
std::string Changed(std::string_view from, std::string_view to) {
  return Replace(FormatManifest(SampleManifest()).value(), from, to);
}

TEST(ManifestTest, WritesCanonicalText) {
  ASSERT_OK_AND_ASSIGN(const std::string text, FormatManifest(SmallManifest()));
  EXPECT_EQ(text, kSmallText);
}

TEST(ManifestTest, ReadsWhatItWrote) {
  ASSERT_OK_AND_ASSIGN(const std::string text, FormatManifest(SampleManifest()));
  ASSERT_OK_AND_ASSIGN(const Manifest manifest, ParseManifest(text));
  EXPECT_EQ(manifest, SampleManifest());
  EXPECT_EQ(manifest.FileName(ArtifactRole::kSmolBin), "smol-bin.arm64.img");
  EXPECT_EQ(manifest.Find(ArtifactRole::kKernel), nullptr);
}

TEST(ManifestTest, RefusesACommandLineThatNoKernelTakes) {
  Manifest manifest = SampleManifest();
  manifest.command_line = "quiet\nsplash";
  EXPECT_THAT(FormatManifest(manifest), HasError(ErrorKind::kUsage, "commandLine: not printable ASCII"));
  manifest.command_line = std::string(1537, 'x');
  EXPECT_THAT(FormatManifest(manifest), HasError(ErrorKind::kUsage, "commandLine"));
}

// Whatever bit is flipped, what parses is another manifest: no byte is without meaning.
TEST(ManifestTest, NoBitIsWithoutMeaning) {
  ASSERT_OK_AND_ASSIGN(const std::string text, FormatManifest(SampleManifest()));
  ASSERT_OK_AND_ASSIGN(const Manifest unflipped, ParseManifest(text));
  ASSERT_EQ(unflipped, SampleManifest());
  size_t refused = 0;
  size_t others = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    const Result<Manifest> manifest = ParseManifest(changed);
    EXPECT_TRUE(!manifest.ok() || *manifest != SampleManifest()) << "byte " << i;
    ++(manifest.ok() ? others : refused);
  }
  // Digests and versions have other values; names and structure have none.
  EXPECT_GT(refused, text.size() / 2);
  EXPECT_GT(others, 0U);
}

TEST(ManifestTest, RefusesASecondSpelling) {
  const std::string small(kSmallText);
  EXPECT_THAT(ParseManifest(small + "\n"), HasError(ErrorKind::kCorrupt, "not in canonical form"));
  EXPECT_THAT(ParseManifest("\xEF\xBB\xBF" + small), HasError(ErrorKind::kCorrupt, "a byte order mark"));
  EXPECT_THAT(ParseManifest(Replace(small, "small", "sm\\u0061ll")),
              HasError(ErrorKind::kCorrupt, "not in canonical form"));
  EXPECT_THAT(ParseManifest(Replace(small, "\"rootfs.img\"", "\"other.img\"")),
              HasError(ErrorKind::kCorrupt, "subjects that differ"));
}

TEST(ManifestTest, RefusesJsonThatIsValidTwiceOver) {
  const std::string small(kSmallText);
  EXPECT_THAT(ParseManifest(Replace(small, "\"sequence\": 0", "\"sequence\": 0,\n    \"sequence\": 9")),
              HasError(ErrorKind::kCorrupt, "the key \"sequence\" comes twice"));
  EXPECT_THAT(ParseManifest(std::string(17, '[') + std::string(17, ']')),
              HasError(ErrorKind::kCorrupt, "more than 16 levels"));
  EXPECT_THAT(ParseManifest(std::string(100000, '[')), HasError(ErrorKind::kCorrupt, "more than 16 levels"));
  std::string keys = "{";
  for (int i = 0; i < 5000; ++i) keys += "\"" + std::to_string(i) + "\": 0,\n";
  EXPECT_THAT(ParseManifest(keys), HasError(ErrorKind::kCorrupt, "more than 4,096 keys in an object"));
  EXPECT_THAT(ParseManifest("{\"a\": 1e999}"), HasError(ErrorKind::kCorrupt, "number overflow"));
  EXPECT_THAT(ParseManifest(Replace(small, "\"size\": 3", "\"size\": 9223372036854775808")),
              HasError(ErrorKind::kCorrupt, "larger than 2^63 - 1"));
  EXPECT_THAT(ParseManifest(Replace(small, "\"size\": 3", "\"size\": 99999999999999999999")),
              HasError(ErrorKind::kCorrupt, "is not an integer"));
  EXPECT_THAT(ParseManifest(Replace(small, "\"size\": 3", "\"size\": 3.0")),
              HasError(ErrorKind::kCorrupt, "is not an integer"));
  EXPECT_THAT(ParseManifest(Replace(small, "\"size\": 3", "\"size\": -3")),
              HasError(ErrorKind::kCorrupt, "negative number"));
  EXPECT_THAT(ParseManifest(Replace(small, "small", "sm\xC3\x28ll")), HasError(ErrorKind::kCorrupt, "syntax error"));
  EXPECT_THAT(ParseManifest(Replace(small, "\"predicate\"", "\"extra\": 1, \"predicate\"")),
              HasError(ErrorKind::kCorrupt, "extra: unknown here"));
  EXPECT_THAT(ParseManifest(small + small), HasError(ErrorKind::kCorrupt, "syntax error"));
  EXPECT_THAT(ParseManifest(std::string(kMaxManifestSize + 1, ' ')), HasError(ErrorKind::kCorrupt, "larger than"));
  EXPECT_THAT(ParseManifest(""), HasError(ErrorKind::kCorrupt, "syntax error"));
  EXPECT_THAT(ParseManifest("null"), HasError(ErrorKind::kCorrupt, "the document: not an object"));
}

TEST(ManifestTest, NamesTheBadMember) {
  EXPECT_THAT(ParseManifest(Changed("\"role\": \"rootfs-zst\"", "\"role\": \"device\"")),
              HasError(ErrorKind::kCorrupt, "predicate.artifacts[1].role: no such role: device"));
  EXPECT_THAT(ParseManifest(Changed("\"role\": \"rootfs-zst\"", "\"role\": \"rootfs\"")),
              HasError(ErrorKind::kCorrupt, "a role twice"));
  EXPECT_THAT(ParseManifest(Changed("\"name\": \"debian-12-arm64\"", "\"name\": \"../etc\"")),
              HasError(ErrorKind::kCorrupt, "name: not of letters"));
  EXPECT_THAT(ParseManifest(Changed("\"leastSequence\": 5", "\"leastSequence\": 8")),
              HasError(ErrorKind::kCorrupt, "leastSequence: larger than sequence"));
  EXPECT_THAT(ParseManifest(Changed("c12a7328-f81f", "C12A7328-f81f")),
              HasError(ErrorKind::kCorrupt, "predicate.disk.partitions[1].type"));
  EXPECT_THAT(ParseManifest(Changed("\"offset\": 9437184", "\"offset\": 9437183")),
              HasError(ErrorKind::kCorrupt, "partition 1: overlaps with partition 15"));
  EXPECT_THAT(ParseManifest(Changed("\"offset\": 9437184", "\"offset\": 9223372036854775807")),
              HasError(ErrorKind::kCorrupt, "partition 1: not inside rootfs.img"));
  EXPECT_THAT(ParseManifest(Changed("\"dataBlocks\": 1024", "\"dataBlocks\": 9223372036854775807")),
              HasError(ErrorKind::kCorrupt, "verity: not inside rootfs.img"));
  EXPECT_THAT(ParseManifest(Changed("\"blockSize\": 4096", "\"blockSize\": 0")),
              HasError(ErrorKind::kCorrupt, "block size is not a power of two"));
  EXPECT_THAT(ParseManifest(Changed("manifest:1", "manifest:2")),
              HasError(ErrorKind::kUnsupported, "predicateType is not urn:hallmark:manifest:1"));
}

TEST(ManifestTest, WritesOnlyWhatItWouldRead) {
  Manifest manifest = SmallManifest();
  manifest.artifacts.clear();
  EXPECT_THAT(FormatManifest(manifest), HasError(ErrorKind::kUsage, "no rootfs"));
  manifest = SmallManifest();
  manifest.sequence = UINT64_MAX;
  EXPECT_THAT(FormatManifest(manifest), HasError(ErrorKind::kUsage, "larger than 2^63 - 1"));
  manifest = SampleManifest();
  manifest.disk->partitions[0].name = "\xFF";
  EXPECT_THAT(FormatManifest(manifest), HasError(ErrorKind::kUsage, "not UTF-8"));
}

}  // namespace
}  // namespace hallmark
