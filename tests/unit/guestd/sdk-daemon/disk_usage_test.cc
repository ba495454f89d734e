// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/disk_usage.h"

#include <filesystem>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

TEST(DiskUsage, CountsBlocksAndEachFileOnce) {
  const TempDir directory;
  WriteFile(directory / "a", std::string(100000, 'x'));
  std::filesystem::create_hard_link(directory / "a", directory / "b");
  ASSERT_OK_AND_ASSIGN(const DiskUsage usage, MeasureUsage(directory.path()));
  EXPECT_EQ(usage.files, 2U);  // the directory itself and the file
  EXPECT_GE(usage.bytes, 100000U);
  EXPECT_LT(usage.bytes, 200000U);
  EXPECT_THAT(MeasureUsage(directory / "none"), HasError(ErrorKind::kNotFound, "none"));
}

}  // namespace
}  // namespace hallmark::guest
