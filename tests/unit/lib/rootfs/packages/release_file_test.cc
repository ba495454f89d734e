// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/release_file.h"

#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

constexpr uint64_t kDate = 1768039451;  // Sat, 10 Jan 2026 10:04:11 UTC

TEST(ReleaseFileTest, ReadsOriginAndDate) {
  ASSERT_OK_AND_ASSIGN(const ReleaseFile file,
                       ParseReleaseFile("Origin: Debian\nDate: Sat, 10 Jan 2026 10:04:11 UTC\n\nOrigin: Other\n"));
  EXPECT_EQ(file.origin, "Debian");
  EXPECT_EQ(file.date, kDate);
}

TEST(ReleaseFileTest, ReadsWhatIsSignedAndNothingAroundIt) {
  const std::string text = testing::ReadFile(testing::DataDirectory("keyring") / "good/release.signed");
  ASSERT_OK_AND_ASSIGN(const ReleaseFile file, ParseReleaseFile(text));
  EXPECT_EQ(file.origin, "Test");
  EXPECT_EQ(file.date, kDate);
}

TEST(ReleaseFileTest, CallsAnOriginThatIsNotNamedUnknown) {
  EXPECT_EQ(ParseReleaseFile("Date: Sat, 10 Jan 2026 10:04:11 UTC\n").value().origin, "unknown");
}

}  // namespace
}  // namespace hallmark
