// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/block_devices.h"

#include <cstring>

#include "tests/support/matchers.h"
#include "tests/support/sample_gpt.h"
#include "tests/support/sample_verity.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::kSampleSector;
using ::hallmark::testing::kSampleSectors;
using ::hallmark::testing::SampleGptDisk;
using ::hallmark::testing::SealGpt;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;
using Kind = DeviceName::Kind;

Result<std::map<uint32_t, std::vector<DeviceName>>> Names(const ByteVector& disk) {
  const TempDir dir;
  WriteFile(dir / "disk", AsText(disk));
  const auto file = File::OpenForReading(dir / "disk");
  return ReadPartitionNames(*file, kSampleSector);
}

const std::vector<DeviceName> kSecond = {{Kind::kPartUuid, "03020100-0504-0706-0809-0a0b0c0d0e0f"},
                                         {Kind::kPartLabel, "r\xc3\xa9"}};

TEST(PartitionNamesTest, NamesOfUsedEntries) {
  ASSERT_OK_AND_ASSIGN(const auto names, Names(SampleGptDisk()));
  ASSERT_EQ(names.size(), 1);
  EXPECT_EQ(names.at(2), kSecond);
}

TEST(PartitionNamesTest, TheBackupServesWhereThePrimaryIsDamaged) {
  for (const size_t place :
       {kSampleSector, kSampleSector + 20, 2 * kSampleSector + 130}) {  // signature, a reserved field, an entry
    ByteVector disk = SampleGptDisk();
    disk[place] ^= 1;
    ASSERT_OK_AND_ASSIGN(const auto names, Names(disk));
    EXPECT_EQ(names.at(2), kSecond) << place;
  }
}

// Labels that a command line asks for are text. What is none, half of a surrogate pair, becomes "?".
TEST(PartitionNamesTest, LabelsThatAreNotUtf16) {
  ByteVector disk = SampleGptDisk();
  std::memcpy(disk.data() + 2 * kSampleSector + 128 + 56, "r\0\0\xd8\0\xdc\0\xd8x\0", 10);
  SealGpt(disk, 1, 2);
  ASSERT_OK_AND_ASSIGN(const auto names, Names(disk));
  EXPECT_EQ(names.at(2).at(1), (DeviceName{Kind::kPartLabel, "r\U00010000?x"}));
}

TEST(PartitionNamesTest, NoTableAndNoLabel) {
  EXPECT_THAT(Names(ByteVector(kSampleSectors * kSampleSector)), HasError(ErrorKind::kCorrupt, "no signature"));
  ByteVector disk = SampleGptDisk();
  disk[2 * kSampleSector + 128 + 56] = 0;
  SealGpt(disk, 1, 2);
  ASSERT_OK_AND_ASSIGN(const auto names, Names(disk));
  EXPECT_EQ(names.at(2), (std::vector<DeviceName>{kSecond[0]}));
}

TEST(ProbeTest, Ext4) {
  ByteVector start(4096);
  EXPECT_TRUE(ProbeSuperblock(start).empty());
  start[1024 + 0x38] = 0x53;
  start[1024 + 0x39] = 0xef;
  start[1024 + 0x68] = 0x7f;
  std::memcpy(start.data() + 1024 + 0x78, "rootfs", 6);
  EXPECT_EQ(ProbeSuperblock(start),
            (std::vector<DeviceName>{{Kind::kUuid, "7f000000-0000-0000-0000-000000000000"}, {Kind::kLabel, "rootfs"}}));
  EXPECT_TRUE(ProbeSuperblock(ByteSpan(start).first(1024 + 0x78)).empty());
  start[1024 + 0x78] = 0;
  EXPECT_EQ(ProbeSuperblock(start), (std::vector<DeviceName>{{Kind::kUuid, "7f000000-0000-0000-0000-000000000000"}}));
}

TEST(ProbeTest, Verity) {
  EXPECT_EQ(ProbeSuperblock(::hallmark::testing::SampleVeritySuperblock()),
            (std::vector<DeviceName>{{Kind::kUuid, "00010203-0405-0607-0809-0a0b0c0d0e0f"}}));
}

/// A directory that looks like /sys/class/block and /dev of a machine with one disk.
struct FakeMachine {
  TempDir dir;
  void AddDisk(const std::string& name, const ByteVector& bytes) {
    WriteFile(dir / ("sys/class/block/" + name + "/size"), "100\n");
    WriteFile(dir / ("dev/" + name), AsText(bytes));
  }
  void AddPartition(const std::string& disk, const std::string& name, int number) {
    WriteFile(dir / ("sys/class/block/" + disk + "/" + name + "/partition"), std::to_string(number) + "\n");
    WriteFile(dir / ("sys/class/block/" + name + "/partition"), std::to_string(number) + "\n");
    WriteFile(dir / ("sys/class/block/" + name + "/size"), "10\n");
    WriteFile(dir / ("dev/" + name), std::string(4096, '\0'));
  }
  [[nodiscard]] BlockDevices Devices() const { return BlockDevices(dir / "sys", dir / "dev"); }
};

TEST(BlockDevicesTest, FindsAPartitionWheneverItAppears) {
  FakeMachine machine;
  BlockDevices devices = machine.Devices();
  devices.Refresh();
  EXPECT_THAT(devices.Find(kSecond[0]), HasError(ErrorKind::kNotFound, "has not appeared"));
  EXPECT_EQ(devices.Describe(), "no disk at all");

  machine.AddDisk("vda", SampleGptDisk());
  machine.AddPartition("vda", "vda2", 2);
  devices.Refresh();
  ASSERT_OK_AND_ASSIGN(const BlockDevice device, devices.Find(kSecond[0]));
  EXPECT_EQ(device.node, (machine.dir / "dev/vda2").string());
  EXPECT_THAT(devices.Describe(), ::testing::HasSubstr("vda, vda2 PARTUUID=03020100-"));
}

TEST(BlockDevicesTest, TwoOfOneNameAreRefused) {
  FakeMachine machine;
  for (const std::string disk : {"vda", "sdb"}) {
    machine.AddDisk(disk, SampleGptDisk());
    machine.AddPartition(disk, disk + "2", 2);
  }
  BlockDevices devices = machine.Devices();
  devices.Refresh();
  EXPECT_THAT(devices.Find(kSecond[0]), HasError(ErrorKind::kCorrupt, "both"));
}

}  // namespace
}  // namespace hallmark::guest
