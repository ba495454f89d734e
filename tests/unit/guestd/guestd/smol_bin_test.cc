// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/smol_bin.h"

#include <filesystem>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/sample_exfat.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::SampleExfatVolume;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

TEST(ExfatDisk, IsOneWholeDiskWithTheLabel) {
  const TempDir directory;
  for (const char* name : {"sda", "sdb", "sdb1"}) {
    std::filesystem::create_directories(directory / ("sys/class/block/" + std::string(name)));
  }
  WriteFile(directory / "sys/class/block/sdb1/partition", "1\n");
  WriteFile(directory / "dev/sda", std::string(4096, 'x'));
  WriteFile(directory / "dev/sdb", SampleExfatVolume("SMOL-BIN"));
  WriteFile(directory / "dev/sdb1", SampleExfatVolume("SMOL-BIN"));
  ASSERT_OK_AND_ASSIGN(const std::string node, FindExfatDisk("SMOL-BIN", directory / "sys", directory / "dev"));
  EXPECT_EQ(node, directory / "dev/sdb");
  WriteFile(directory / "dev/sda", SampleExfatVolume("SMOL-BIN"));
  EXPECT_THAT(FindExfatDisk("SMOL-BIN", directory / "sys", directory / "dev"), HasError(ErrorKind::kCorrupt, "both"));
  EXPECT_THAT(FindExfatDisk("OTHER", directory / "sys", directory / "dev"), HasError(ErrorKind::kNotFound, "OTHER"));
}

}  // namespace
}  // namespace hallmark::guest
