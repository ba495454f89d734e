// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

TEST(PackTest, Help) { ExpectHelp({"pack"}, "IMAGE -o BUNDLE [OPTION...]"); }

TEST(PackTest, UsageErrors) {
  const std::string hint = "'hallmark pack --help' lists the options";
  ExpectUsageError({"pack"}, "IMAGE is required", hint);
  ExpectUsageError({"pack", "i"}, "--output BUNDLE is required", hint);
  ExpectUsageError({"pack", "i", "-o", "b", "--level", "20"}, "--level: '20' is not a number from 1 to 19", hint);
  ExpectUsageError({"pack", "i", "-o", "b", "--frame-size", "4X"}, "--frame-size: '4X' is not a size like 10G or 4096",
                   hint);
  ExpectUsageError({"pack", "i", "-o", "b", "--frame-size", "128M"}, "--frame-size: is larger than 64M", "");
}

TEST(PackTest, WritesABundle) {
  const BundleFixture fixture;  // which packs
  const std::string manifest = ReadFile(fixture.bundle() + "/manifest.json");
  EXPECT_EQ(Member(manifest, "/predicate/name"), "sample");
  EXPECT_TRUE(std::filesystem::exists(fixture.bundle() + "/rootfs.img.chunks"));
  EXPECT_TRUE(std::filesystem::exists(fixture.bundle() + "/.rootfs.img.origin"));
  ExpectUsageError({"pack", fixture.bundle() + "/rootfs.img.zst", "-o", fixture.Path("other")},
                   fixture.bundle() + "/rootfs.img.zst: is compressed",
                   "pack takes the raw image, and compresses it itself");
}

}  // namespace
}  // namespace hallmark::testing
