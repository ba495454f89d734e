// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/manifest_rules.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_manifest.h"

namespace hallmark {
namespace {

using M = Manifest&;

/// The rule that a change to the sample breaks.
template <typename Change>
std::string Broken(const Change& change) {
  Manifest manifest = testing::SampleManifest();
  change(manifest);
  return BrokenRule(manifest);
}

TEST(ManifestRulesTest, TheSampleBreaksNone) {
  EXPECT_EQ(Broken([](M) {}), "");
  EXPECT_EQ(Broken([](M m) { m.disk.reset(); }), "");
  EXPECT_EQ(Broken([](M m) { m.verity.reset(); }), "");
}

TEST(ManifestRulesTest, NamesAndNumbers) {
  for (const char* text : {"", "a b", "a/b", "caf\xc3\xa9"}) {
    EXPECT_EQ(Broken([&](M m) { m.name = text; }), "name: not of letters, digits and . _ + ~ -") << text;
    EXPECT_EQ(Broken([&](M m) { m.version = text; }), "version: not of letters, digits and . _ + ~ -") << text;
    EXPECT_EQ(Broken([&](M m) { m.architecture = text; }), "architecture: not of letters, digits and . _ + ~ -");
  }
  EXPECT_EQ(Broken([](M m) { m.least_sequence = 7; }), "");
  EXPECT_EQ(Broken([](M m) { m.least_sequence = 8; }), "leastSequence: larger than sequence");
  EXPECT_EQ(Broken([](M m) { m.command_line = "\x20~"; }), "");
  for (const char* text : {"\x1f", "\x7f", "\xc3\xa9"}) {
    EXPECT_EQ(Broken([&](M m) { m.command_line = text; }), "commandLine: not printable ASCII");
  }
  EXPECT_EQ(Broken([](M m) { m.source_date_epoch = 253402300799; }), "");  // 9999-12-31T23:59:59Z
  EXPECT_EQ(Broken([](M m) { m.source_date_epoch = 253402300800; }), "sourceDateEpoch: past the year 9999");
}

TEST(ManifestRulesTest, Artifacts) {
  EXPECT_EQ(Broken([](M m) { std::swap(m.artifacts[1], m.artifacts[2]); }), "artifacts: a role twice, or not in order");
  EXPECT_EQ(Broken([](M m) { m.artifacts[2].role = m.artifacts[1].role; }), "artifacts: a role twice, or not in order");
  EXPECT_EQ(Broken([](M m) { m.artifacts[1].size = INT64_MAX; }), "");
  EXPECT_EQ(Broken([](M m) { m.artifacts[1].size = uint64_t{1} << 63; }), "artifacts: a size past 2^63 - 1");
  EXPECT_EQ(Broken([](M m) { m.artifacts.erase(m.artifacts.begin()); }), "artifacts: no rootfs");
}

// An image of 16 MiB: partition 15 from 1 to 9 MiB, partition 1 from 9 to 13 MiB.
TEST(ManifestRulesTest, Partitions) {
  EXPECT_EQ(Broken([](M m) { m.disk->partitions[0].number = 0; }), "partition 0: numbers start at 1 and grow");
  EXPECT_EQ(Broken([](M m) { m.disk->partitions[1].number = 1; }), "partition 1: numbers start at 1 and grow");
  EXPECT_EQ(Broken([](M m) { m.disk->partitions[0].size = 0; }), "partition 1: not inside rootfs.img");
  EXPECT_EQ(Broken([](M m) { m.disk->partitions[0].size = 7 << 20; }), "");
  EXPECT_EQ(Broken([](M m) { m.disk->partitions[0].size = (7 << 20) + 1; }), "partition 1: not inside rootfs.img");
  EXPECT_EQ(Broken([](M m) { m.disk->partitions[1].offset = UINT64_MAX; }), "partition 15: not inside rootfs.img");
  EXPECT_EQ(Broken([](M m) { ++m.disk->partitions[1].size; }), "partition 1: overlaps with partition 15");
}

TEST(ManifestRulesTest, Verity) {
  const std::string block_size = "verity: block size is not a power of two";
  EXPECT_EQ(Broken([](M m) { m.verity->block_size = 512; }), "");
  for (const uint32_t size : {0, 256, 4095}) EXPECT_EQ(Broken([&](M m) { m.verity->block_size = size; }), block_size);
  EXPECT_EQ(Broken([](M m) { m.verity->salt.resize(256); }), "");
  EXPECT_EQ(Broken([](M m) { m.verity->salt.resize(257); }), "verity: salt longer than 256 bytes");
  const std::string outside = "verity: not inside rootfs.img";
  EXPECT_EQ(Broken([](M m) { m.verity->data_blocks = 0; }), outside);
  EXPECT_EQ(Broken([](M m) { m.verity->data_blocks = 1792; }), "");  // from 9 MiB to the end
  EXPECT_EQ(Broken([](M m) { m.verity->data_blocks = 1793; }), outside);
  EXPECT_EQ(Broken([](M m) { m.verity->data_blocks = uint64_t{1} << 52; }), outside);  // 2^64 bytes
  EXPECT_EQ(Broken([](M m) { m.verity->hash_offset = (16 << 20) - 4096; }), "");
  EXPECT_EQ(Broken([](M m) { m.verity->hash_offset = (16 << 20) - 4095; }), outside);
}

}  // namespace
}  // namespace hallmark
