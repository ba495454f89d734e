// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/session_disk.h"

#include <chrono>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(DeviceMountedAt, IsWhatTheKernelSays) {
  EXPECT_EQ(DeviceMountedAt("/proc"), "proc");
  const TempDir directory;
  EXPECT_THAT(DeviceMountedAt(directory.path()), IsEmpty());
}

TEST(TrimFilesystem, NamesWhatIsMissing) {
  EXPECT_THAT(TrimFilesystem("/proc"), HasError(ErrorKind::kUnsupported, "/proc: the disk does not take trim"));
  const TempDir directory;
  EXPECT_THAT(TrimFilesystem(directory / "none"), HasError(ErrorKind::kNotFound, "none"));
}

TEST(MountSessionDisk, TellsThatThereIsNone) {
  const TempDir directory;
  const auto mounted = MountSessionDisk("hallmark-no-such-label", directory / "sessions", std::chrono::milliseconds(0));
  EXPECT_THAT(mounted, HasError(ErrorKind::kNotFound, "hallmark-no-such-label"));
  EXPECT_THAT(mounted.error().hint, Not(IsEmpty()));
}

}  // namespace
}  // namespace hallmark::guest
