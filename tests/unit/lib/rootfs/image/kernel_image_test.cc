// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_image.h"

#include "lib/archive/filter.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

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

}  // namespace
}  // namespace hallmark
