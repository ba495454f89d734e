// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/seed.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

// Two releases of an image share what did not change only while these stay as they are.
TEST(SeedTest, GivesWhatItAlwaysGave) {
  const Seed seed("debian-12-arm64", "arm64");
  EXPECT_EQ(ToHex(seed.Bytes("root verity salt")), "072ed9657cc0f169ab711cbf26af99e9155d8c9a6bde7a5d6db11ddd0fc3f184");
  EXPECT_EQ(ToHex(seed.Uuid("root filesystem")), "821f7766961b8800a954c2e170eec357");
  EXPECT_EQ(seed.Serial("esp"), 4018133175U);
}

TEST(SeedTest, DependsOnRecipeArchitectureAndPurpose) {
  const Sha256Digest bytes = Seed("a", "arm64").Bytes("x");
  EXPECT_NE(Seed("b", "arm64").Bytes("x"), bytes);
  EXPECT_NE(Seed("a", "amd64").Bytes("x"), bytes);
  EXPECT_NE(Seed("a", "arm64").Bytes("y"), bytes);
}

TEST(SeedTest, MakesUuidsOfVersionEight) {
  const std::array<uint8_t, 16> uuid = Seed("a", "arm64").Uuid("x");
  EXPECT_EQ(uuid[6] >> 4, 8);
  EXPECT_EQ(uuid[8] >> 6, 2);
}

}  // namespace
}  // namespace hallmark
