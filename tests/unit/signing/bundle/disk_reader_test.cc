// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/disk_reader.h"

#include <fcntl.h>

#include "lib/base/subprocess.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_bundle.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::WriteFile;

Result<std::optional<DiskDescription>> Describe(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
  return DescribeDisk(file);
}

TEST(DiskReaderTest, ReadsWhatSgdiskMade) {
  const testing::TempDir dir;
  WriteFile(dir / "disk", "");
  std::filesystem::resize_file(dir / "disk", 8 << 20);
  Command sgdisk;
  sgdisk.argv = {"sgdisk",
                 "--set-alignment=1",
                 "--disk-guid=00112233-4455-6677-8899-aabbccddeeff",
                 "--new=15:2048:4095",
                 "--typecode=15:c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
                 "--partition-guid=15:01020304-0506-0708-090a-0b0c0d0e0f10",
                 "--change-name=15:caf\u00e9 \U0001F512",
                 "--new=1:4096:8191",
                 "--attributes=1:set:60",
                 (dir / "disk").string()};
  ASSERT_OK(RunCommandChecked(sgdisk));
  ASSERT_OK_AND_ASSIGN(const std::optional<DiskDescription> disk, Describe(dir / "disk"));
  ASSERT_TRUE(disk.has_value());
  EXPECT_EQ(FormatGuid(disk->guid), "00112233-4455-6677-8899-aabbccddeeff");
  ASSERT_EQ(disk->partitions.size(), 2U);
  const Partition& root = disk->partitions[0];
  EXPECT_EQ(root.number, 1U);
  EXPECT_EQ(root.offset, 4096U * 512);
  EXPECT_EQ(root.size, 4096U * 512);
  EXPECT_EQ(root.attributes, uint64_t{1} << 60);
  EXPECT_FALSE(root.sha256.has_value());
  const Partition& esp = disk->partitions[1];
  EXPECT_EQ(esp.number, 15U);
  EXPECT_EQ(esp.type, kEspPartitionType);
  EXPECT_EQ(FormatGuid(esp.guid), "01020304-0506-0708-090a-0b0c0d0e0f10");
  EXPECT_EQ(esp.name, "caf\u00e9 \U0001F512");
  EXPECT_EQ(esp.sha256, Sha256(ByteVector(1 << 20)));
}

TEST(DiskReaderTest, AnImageWithoutATableHasNone) {
  const testing::TempDir dir;
  for (const size_t size : {0U, 512U, 1U << 20}) {
    WriteFile(dir / "disk", std::string(size, '\0'));
    ASSERT_OK_AND_ASSIGN(const std::optional<DiskDescription> disk, Describe(dir / "disk"));
    EXPECT_FALSE(disk.has_value());
  }
}

TEST(DiskReaderTest, RefusesTablesThatFirmwareWouldNotTake) {
  const testing::TempDir dir;
  const std::string image = testing::SampleImage();
  WriteFile(dir / "disk", image + std::string(512, '\0'));
  EXPECT_THAT(Describe(dir / "disk"), HasError(ErrorKind::kCorrupt, "truncated or extended"));
  std::string changed = image;
  changed[1024 + 32] ^= 1;
  WriteFile(dir / "disk", changed);
  EXPECT_THAT(Describe(dir / "disk"), HasError(ErrorKind::kCorrupt, "GPT entries: wrong checksum"));
  changed = image;
  changed[512 + 80] ^= 1;
  WriteFile(dir / "disk", changed);
  EXPECT_THAT(Describe(dir / "disk"), HasError(ErrorKind::kCorrupt, "GPT header: wrong checksum"));
}

// A table whose checksums hold, with a partition past the end: written by somebody who meant it.
TEST(DiskReaderTest, RefusesPartitionsOutsideTheImage) {
  const testing::TempDir dir;
  for (const uint64_t last : {uint64_t{testing::kSampleImageSize / 512}, UINT64_MAX, uint64_t{33}}) {
    std::string image = testing::SampleImage();
    const Le64 field(last);
    image.replace(1024 + 40, 8, AsText(StructBytes(field)));
    const Le32 entries(Crc32(AsBytes(std::string_view(image).substr(1024, 128 * 128))));
    image.replace(512 + 88, 4, AsText(StructBytes(entries)));
    image.replace(512 + 16, 4, std::string(4, '\0'));
    const Le32 header(Crc32(AsBytes(std::string_view(image).substr(512, 92))));
    image.replace(512 + 16, 4, AsText(StructBytes(header)));
    WriteFile(dir / "disk", image);
    EXPECT_THAT(Describe(dir / "disk"), HasError(ErrorKind::kCorrupt, "partition 1 is not inside the image")) << last;
  }
}

}  // namespace
}  // namespace hallmark
