// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/image_reader.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::TempDir;
using testing::WriteFile;

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
