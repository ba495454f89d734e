// SPDX-License-Identifier: Apache-2.0
#include "lib/compress/looks_compressed.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using std::string_literals::operator""s;

TEST(LooksCompressedTest, KnowsTheMagicNumbers) {
  const testing::TempDir dir;
  const auto looks = [&](const std::string& content) {
    testing::WriteFile(dir / "f", content);
    return LooksCompressed(File::OpenForReading(dir / "f").value());
  };
  EXPECT_TRUE(looks("\x28\xB5\x2F\xFD"s));  // zstd
  EXPECT_TRUE(looks("\x50\x2A\x4D\x18"s));  // the first and the last of zstd's skippable frames
  EXPECT_TRUE(looks("\x5F\x2A\x4D\x18 more"s));
  EXPECT_TRUE(looks("\x1F\x8B\x08\x00"s));  // gzip
  EXPECT_TRUE(
      looks("\xFD"
            "7zXZ\0"s));  // xz
  EXPECT_FALSE(looks("\x60\x2A\x4D\x18"s));
  EXPECT_FALSE(looks("\x28\xB5\x2F"s));  // too short to tell
  EXPECT_FALSE(looks(""));
  EXPECT_FALSE(looks(std::string(512, '\0')));  // a raw image
}

}  // namespace
}  // namespace hallmark
