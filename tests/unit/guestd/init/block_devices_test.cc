// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/block_devices.h"

#include <cstring>

#include "guestd/init/gpt.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;
using Kind = DeviceName::Kind;

constexpr size_t kSector = 512;
constexpr size_t kSectors = 100;
constexpr size_t kEntries = 4;

void Put32(ByteVector& bytes, size_t offset, uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes[offset + i] = static_cast<uint8_t>(value >> 8 * i);
}

/// Sets both checksums of the GPT whose header is in sector `lba`.
void Seal(ByteVector& disk, size_t lba, size_t entries_lba) {
  const size_t header = lba * kSector;
  Put32(disk, header + 88, Crc32(ByteSpan(disk).subspan(entries_lba * kSector, kEntries * 128)));
  Put32(disk, header + 16, 0);
  Put32(disk, header + 16, Crc32(ByteSpan(disk).subspan(header, 92)));
}

void WriteGpt(ByteVector& disk, size_t lba, size_t entries_lba) {
  const size_t header = lba * kSector;
  std::memcpy(disk.data() + header, "EFI PART\0\0\1\0", 12);
  Put32(disk, header + 12, 92);
  Put32(disk, header + 24, static_cast<uint32_t>(lba));
  Put32(disk, header + 72, static_cast<uint32_t>(entries_lba));
  Put32(disk, header + 80, kEntries);
  Put32(disk, header + 84, 128);
  const size_t entry = entries_lba * kSector + 128;  // the second: partition 2
  for (size_t i = 0; i < 16; ++i) {
    disk[entry + i] = 0xee;
    disk[entry + 16 + i] = static_cast<uint8_t>(i);
  }
  disk[entry + 56] = 'r';
  disk[entry + 58] = 0xe9;
  Seal(disk, lba, entries_lba);
}

ByteVector MakeDisk() {
  ByteVector disk(kSectors * kSector);
  WriteGpt(disk, 1, 2);
  WriteGpt(disk, kSectors - 1, kSectors - 2);
  return disk;
}

Result<std::map<uint32_t, std::vector<DeviceName>>> Names(const ByteVector& disk) {
  const TempDir dir;
  WriteFile(dir / "disk", AsText(disk));
  const auto file = File::OpenForReading(dir / "disk");
  return ReadPartitionNames(*file, kSector);
}

const std::vector<DeviceName> kSecond = {{Kind::kPartUuid, "03020100-0504-0706-0809-0a0b0c0d0e0f"},
                                         {Kind::kPartLabel, "r\xc3\xa9"}};

TEST(GptTest, Crc32IsTheCommonOne) { EXPECT_EQ(Crc32(AsBytes("123456789")), 0xcbf43926); }

TEST(GptTest, NamesOfUsedEntries) {
  ASSERT_OK_AND_ASSIGN(const auto names, Names(MakeDisk()));
  ASSERT_EQ(names.size(), 1);
  EXPECT_EQ(names.at(2), kSecond);
}

TEST(GptTest, TheBackupServesWhereThePrimaryIsDamaged) {
  for (const size_t place : {kSector, kSector + 20, 2 * kSector + 130}) {  // signature, a reserved field, an entry
    ByteVector disk = MakeDisk();
    disk[place] ^= 1;
    ASSERT_OK_AND_ASSIGN(const auto names, Names(disk));
    EXPECT_EQ(names.at(2), kSecond) << place;
  }
}

TEST(GptTest, TellsWhatIsWrong) {
  struct Case {
    size_t offset;  ///< in the header
    uint8_t value;
    const char* text;
  };
  for (const Case& c : {Case{0, 'e', "no signature"}, Case{10, 2, "unknown revision"}, Case{13, 4, "bad size"},
                        Case{12, 91, "bad size"}, Case{24, 2, "not in its place"}, Case{80, 0, "bad number or size"},
                        Case{82, 1, "bad number or size"}, Case{84, 64, "bad number or size"}}) {
    ByteVector disk = MakeDisk();
    disk[kSector + c.offset] = c.value;
    if (c.offset != 12 && c.offset != 13) Seal(disk, 1, 2);
    EXPECT_THAT(DecodeGptHeader(ByteSpan(disk).subspan(kSector, kSector), 1), HasError(ErrorKind::kCorrupt, c.text));
  }
  ByteVector disk = MakeDisk();
  disk[kSector + 30] ^= 1;
  EXPECT_THAT(DecodeGptHeader(ByteSpan(disk).subspan(kSector, kSector), 1),
              HasError(ErrorKind::kCorrupt, "checksum does not match"));
  EXPECT_THAT(DecodeGptHeader(ByteSpan(disk).subspan(kSector, 91), 1), HasError(ErrorKind::kCorrupt, "truncated"));
  EXPECT_THAT(DecodeGptEntries({2, kEntries, 128, 0}, ByteVector(kEntries * 128)),
              HasError(ErrorKind::kCorrupt, "GPT entries: checksum"));
  EXPECT_THAT(DecodeGptEntries({2, kEntries, 128, 0}, ByteVector(100)), HasError(ErrorKind::kCorrupt, "truncated"));
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

  machine.AddDisk("vda", MakeDisk());
  machine.AddPartition("vda", "vda2", 2);
  devices.Refresh();
  ASSERT_OK_AND_ASSIGN(const BlockDevice device, devices.Find(kSecond[0]));
  EXPECT_EQ(device.node, (machine.dir / "dev/vda2").string());
  EXPECT_THAT(devices.Describe(), ::testing::HasSubstr("vda, vda2 PARTUUID=03020100-"));
}

TEST(BlockDevicesTest, TwoOfOneNameAreRefused) {
  FakeMachine machine;
  for (const std::string disk : {"vda", "sdb"}) {
    machine.AddDisk(disk, MakeDisk());
    machine.AddPartition(disk, disk + "2", 2);
  }
  BlockDevices devices = machine.Devices();
  devices.Refresh();
  EXPECT_THAT(devices.Find(kSecond[0]), HasError(ErrorKind::kCorrupt, "both"));
}

}  // namespace
}  // namespace hallmark::guest
