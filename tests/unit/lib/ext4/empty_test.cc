// SPDX-License-Identifier: Apache-2.0
#include "lib/ext4/empty.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr uint64_t kSize = uint64_t{256} << 20;

Ext4Options Options() {
  Ext4Options options{.size = kSize, .label = "sessions", .time = 1700000000};
  options.uuid.fill(7);
  options.hash_seed.fill(9);
  return options;
}

File NewFile(const std::filesystem::path& path) { return File::Open(path, O_RDWR | O_CREAT | O_EXCL).value(); }

TEST(EmptyExt4Test, WritesOnlyWhatIsNotZero) {
  const testing::TempDir dir;
  const File file = NewFile(dir / "disk");
  ASSERT_OK(WriteEmptyExt4(Options(), file));
  EXPECT_EQ(file.Size().value(), kSize);
  uint64_t data = 0;
  ASSERT_OK_AND_ASSIGN(const std::vector<DataRange> ranges, DataRanges(file));
  for (const DataRange& range : ranges) data += range.length;
  EXPECT_LT(data, uint64_t{8} << 20);
  ByteVector superblock(1024);
  ASSERT_OK(file.ReadAt(1024, superblock));
  EXPECT_EQ(superblock[0x38], 0x53);  // s_magic
  EXPECT_EQ(superblock[0x39], 0xef);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(&superblock[0x78])), "sessions");
  EXPECT_TRUE(superblock[0x5c] & 4);  // has_journal
}

TEST(EmptyExt4Test, IsTheSameBytesEveryTime) {
  const testing::TempDir dir;
  for (const char* name : {"one", "two"}) ASSERT_OK(WriteEmptyExt4(Options(), NewFile(dir / name)));
  const File one = File::OpenForReading(dir / "one").value();
  const File two = File::OpenForReading(dir / "two").value();
  constexpr size_t kPart = 16 << 20;
  ByteVector a(kPart);
  ByteVector b(kPart);
  for (uint64_t offset = 0; offset < kSize; offset += kPart) {
    ASSERT_OK(one.ReadAt(offset, a));
    ASSERT_OK(two.ReadAt(offset, b));
    ASSERT_EQ(a, b) << offset;
  }
}

TEST(EmptyExt4Test, RefusesSizesAndLabelsThatDoNotFit) {
  const testing::TempDir dir;
  Ext4Options options = Options();
  options.size = 1 << 20;
  EXPECT_THAT(WriteEmptyExt4(options, NewFile(dir / "small")), HasError(ErrorKind::kUsage, "at least 64 MiB"));
  options = Options();
  options.size += 512;
  EXPECT_THAT(WriteEmptyExt4(options, NewFile(dir / "odd")), HasError(ErrorKind::kUsage, "multiple of 4096"));
  options = Options();
  options.label = "seventeen letters";
  EXPECT_THAT(WriteEmptyExt4(options, NewFile(dir / "label")), HasError(ErrorKind::kUsage, "longer than 16 bytes"));
}

TEST(EmptyExt4Test, SaysThatTheDiskIsFull) {
  EXPECT_THAT(WriteEmptyExt4(Options(), File::Open("/dev/full", O_RDWR).value()), HasError(ErrorKind::kIo, ""));
}

}  // namespace
}  // namespace hallmark
