// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "guestd/guestd/exfat_label.h"
#include "guestd/guestd/smol_bin.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

/// As much of an exFAT volume as tells its label: 512-byte sectors, one a cluster, the root directory in cluster 4.
std::string Volume(std::string_view label) {
  std::string volume(64 * 512, '\0');
  std::memcpy(volume.data() + 3, "EXFAT   ", 8);
  volume[88] = 32;  // cluster heap, in sectors
  volume[92] = 30;  // clusters
  volume[96] = 4;   // root directory
  volume[108] = 9;
  const size_t root = (32 + 2) * 512;
  volume[root] = '\x81';  // the allocation bitmap's entry comes first in many volumes
  volume[root + 32] = '\x83';
  volume[root + 33] = static_cast<char>(label.size());
  for (size_t i = 0; i < label.size(); ++i) volume[root + 34 + 2 * i] = label[i];
  return volume;
}

Result<std::string> LabelOf(const std::string& volume) {
  const TempDir directory;
  WriteFile(directory / "volume", volume);
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(directory / "volume"));
  return ReadExfatLabel(file);
}

TEST(ExfatLabel, IsReadFromTheRootDirectory) {
  ASSERT_OK_AND_ASSIGN(const std::string label, LabelOf(Volume("SMOL-BIN")));
  EXPECT_EQ(label, "SMOL-BIN");
}

TEST(ExfatLabel, NumbersOutOfRangeAreRefused) {
  for (const auto& [offset, byte] :
       std::vector<std::pair<size_t, char>>{{108, 8}, {108, 13}, {109, 17}, {96, 1}, {96, 32}}) {
    std::string volume = Volume("SMOL-BIN");
    volume[offset] = byte;
    EXPECT_THAT(LabelOf(volume), HasError(ErrorKind::kCorrupt, "out of range")) << offset;
  }
  std::string other = Volume("SMOL-BIN");
  other[3] = 'N';
  EXPECT_THAT(LabelOf(other), HasError(ErrorKind::kCorrupt, "not exFAT"));
  EXPECT_THAT(LabelOf(Volume("SMOL-BIN").substr(0, 33 * 512)), HasError(ErrorKind::kCorrupt, ""));
  EXPECT_THAT(LabelOf("short"), HasError(ErrorKind::kCorrupt, ""));
}

TEST(ExfatDisk, IsOneWholeDiskWithTheLabel) {
  const TempDir directory;
  for (const char* name : {"sda", "sdb", "sdb1"}) {
    std::filesystem::create_directories(directory / ("sys/class/block/" + std::string(name)));
  }
  WriteFile(directory / "sys/class/block/sdb1/partition", "1\n");
  WriteFile(directory / "dev/sda", std::string(4096, 'x'));
  WriteFile(directory / "dev/sdb", Volume("SMOL-BIN"));
  WriteFile(directory / "dev/sdb1", Volume("SMOL-BIN"));
  ASSERT_OK_AND_ASSIGN(const std::string node, FindExfatDisk("SMOL-BIN", directory / "sys", directory / "dev"));
  EXPECT_EQ(node, directory / "dev/sdb");
  WriteFile(directory / "dev/sda", Volume("SMOL-BIN"));
  EXPECT_THAT(FindExfatDisk("SMOL-BIN", directory / "sys", directory / "dev"), HasError(ErrorKind::kCorrupt, "both"));
  EXPECT_THAT(FindExfatDisk("OTHER", directory / "sys", directory / "dev"), HasError(ErrorKind::kNotFound, "OTHER"));
}

}  // namespace
}  // namespace hallmark::guest
