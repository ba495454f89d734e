// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/image_reader.h"

#include "lib/archive/filter.h"
#include "lib/rootfs/image/kernel_image.h"
#include "lib/rootfs/inspect/range_diff.h"
#include "lib/rootfs/packages/installed_packages.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::TempDir;
using testing::WriteFile;

TEST(KernelImageTest, FindsTheVersion) {
  const std::string banner = std::string(5000, '\0') + "Linux version %s Linux version 6.1.0-28-arm64 (debian) #1";
  ASSERT_OK_AND_ASSIGN(const std::string plain, KernelImageVersion(AsBytes(banner)));
  EXPECT_EQ(plain, "6.1.0-28-arm64");
  ASSERT_OK_AND_ASSIGN(const ByteVector packed, Compress(AsBytes(banner), Filter::kGzip));
  ASSERT_OK_AND_ASSIGN(const std::string unpacked, KernelImageVersion(packed));
  EXPECT_EQ(unpacked, "6.1.0-28-arm64");

  std::string setup(4096, '\0');
  setup.replace(0x202, 4, "HdrS");
  setup.replace(0x20e, 2, std::string("\0\x04", 2));
  setup.replace(0x600, 30, "6.8.0-1-generic (buildd) #1 SMP");
  ASSERT_OK_AND_ASSIGN(const std::string x86, KernelImageVersion(AsBytes(setup)));
  EXPECT_EQ(x86, "6.8.0-1-generic");
  setup.replace(0x20e, 2, "\xff\xff");  // outside
  EXPECT_THAT(KernelImageVersion(AsBytes(setup)), HasError(ErrorKind::kUnsupported, "says its version"));
  EXPECT_THAT(KernelImageVersion({}), HasError(ErrorKind::kUnsupported, "says its version"));
}

TEST(DpkgStatusTest, CountsWhatIsInstalled) {
  const std::vector<InstalledPackage> packages = ParseDpkgStatus(
      "Package: small\nStatus: install ok installed\nInstalled-Size: 1\nArchitecture: all\nVersion: 1:2\n"
      "Description: x\n Version: 9\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 3\n\n"
      "Package: half\nStatus: install ok half-configured\nVersion: 3\n\n"
      "Package: large\nStatus: hold ok installed\nInstalled-Size: 7\nArchitecture: arm64\nVersion: 4\n");
  ASSERT_EQ(packages.size(), 2U);
  EXPECT_EQ(packages[0].name, "large");
  EXPECT_EQ(packages[0].size, 7U * 1024);
  EXPECT_EQ(packages[1].version, "1:2");
  EXPECT_EQ(packages[1].architecture, "all");
}

TEST(RangeDiffTest, MergesAndVisits) {
  const std::vector<DataRange> merged = MergeRanges({{50, 10}, {0, 10}, {5, 10}, {15, 5}, {90, 50}, {200, 1}}, 100);
  ASSERT_EQ(merged.size(), 3U);
  EXPECT_EQ(merged[0].length, 20U);
  EXPECT_EQ(merged[1].offset, 50U);
  EXPECT_EQ(merged[2].length, 10U);

  std::string a(3 << 20, 'a');
  std::string b = a;
  for (const size_t place : {100UL, 101UL, 600UL, (1UL << 20) - 1, 1UL << 20, (3UL << 20) - 1}) b[place] = 'b';
  const auto read = [](const std::string& text) {
    return [&text](uint64_t offset, MutableByteSpan buffer) -> Result<void> {
      text.copy(reinterpret_cast<char*>(buffer.data()), buffer.size(), offset);
      return {};
    };
  };
  std::vector<uint64_t> places;
  ASSERT_OK(VisitDifferences({{0, a.size()}}, read(a), read(b), 512, [&](uint64_t place) {
    places.push_back(place);
    return true;
  }));
  EXPECT_EQ(places, (std::vector<uint64_t>{100, 600, (1 << 20) - 1, 1 << 20, (3 << 20) - 1}));
}

TEST(ImageReaderTest, RefusesWhatIsNoImage) {
  const TempDir dir;
  WriteFile(dir / "text", std::string(5000, 'x'));
  EXPECT_THAT(ReadImage(dir / "text"), HasError(ErrorKind::kCorrupt, "neither a disk with a GPT"));
  WriteFile(dir / "empty", "");
  EXPECT_THAT(ReadImage(dir / "empty"), HasError(ErrorKind::kCorrupt, "neither a disk with a GPT"));
  EXPECT_THAT(ReadImage(dir / "none"), HasError(ErrorKind::kNotFound, "none"));
  EXPECT_THAT(ReadImage(dir.path()), HasError(ErrorKind::kNotFound, "rootfs.img"));
  EXPECT_THAT(ReadImage("/dev/null"), HasError(ErrorKind::kUnsupported, "neither a file nor a block device"));
}

}  // namespace
}  // namespace hallmark
