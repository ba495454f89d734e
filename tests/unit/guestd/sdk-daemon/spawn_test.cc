// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/spawn.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cstdlib>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;

TEST(ResizeTerminal, TellsTheTerminal) {
  const UniqueFd terminal(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(terminal.valid());
  ASSERT_OK(ResizeTerminal(terminal.get(), {.rows = 7, .columns = 500}));
  winsize window{};
  ASSERT_EQ(ioctl(terminal.get(), TIOCGWINSZ, &window), 0);
  EXPECT_EQ(window.ws_row, 7);
  EXPECT_EQ(window.ws_col, 500);
  const File file = File::OpenForReading("/dev/null").value();
  EXPECT_THAT(ResizeTerminal(file.fd(), {}), HasError(ErrorKind::kIo, "resizing the terminal"));
}

TEST(Spawn, NeedsAControlGroup) {
  const TempDir directory;
  const File mount_namespace = File::OpenForReading("/dev/null").value();
  SpawnRequest request;
  request.argv = {"/bin/true"};
  request.mount_namespace = &mount_namespace;
  request.cgroup = Cgroup(directory / "none");
  EXPECT_THAT(Spawn(request), HasError(ErrorKind::kNotFound, "none"));
  request.cgroup = Cgroup(directory.path());  // a directory, and no group
  request.terminal = TerminalSize{};
  EXPECT_FALSE(Spawn(request).ok());
}

}  // namespace
}  // namespace hallmark::guest
