// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/bwrap_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace hallmark::sandbox {
namespace {

using ::testing::ElementsAreArray;

TEST(BwrapArguments, AreAllThatASandboxIs) {
  const SandboxPlan plan = {.mounts = {{"/run", Access::kNone, true},
                                       {"/sessions", Access::kNone, true},
                                       {"/sessions/me", Access::kReadWrite, true},
                                       {"/sessions/me/.bashrc", Access::kReadOnly, false, 12},
                                       {"/sessions/me/work", Access::kReadWrite, true, 13},
                                       {"/sessions/me/secret", Access::kNone, false}},
                            .program = "/smol/bin/sandbox-helper",
                            .working_directory = "/sessions/me/work",
                            .seccomp_fd = 7,
                            .lock_fd = 8};
  const std::vector<std::string> expected = {"--unshare-user",
                                             "--unshare-pid",
                                             "--unshare-ipc",
                                             "--unshare-uts",
                                             "--unshare-net",
                                             "--unshare-cgroup-try",
                                             "--die-with-parent",
                                             "--cap-drop",
                                             "ALL",
                                             "--seccomp",
                                             "7",
                                             "--sync-fd",
                                             "8",
                                             "--ro-bind",
                                             "/",
                                             "/",
                                             "--proc",
                                             "/proc",
                                             "--dev",
                                             "/dev",
                                             "--perms",
                                             "1777",
                                             "--tmpfs",
                                             "/tmp",
                                             "--perms",
                                             "1777",
                                             "--tmpfs",
                                             "/var/tmp",
                                             "--tmpfs",
                                             "/run",
                                             "--tmpfs",
                                             "/sessions",
                                             "--bind",
                                             "/sessions/me",
                                             "/sessions/me",
                                             "--ro-bind-fd",
                                             "12",
                                             "/sessions/me/.bashrc",
                                             "--bind-fd",
                                             "13",
                                             "/sessions/me/work",
                                             "--ro-bind",
                                             "/dev/null",
                                             "/sessions/me/secret",
                                             "--ro-bind",
                                             "/smol/bin/sandbox-helper",
                                             "/run/sandbox-helper",
                                             "--remount-ro",
                                             "/run",
                                             "--remount-ro",
                                             "/sessions",
                                             "--chdir",
                                             "/sessions/me/work"};
  EXPECT_THAT(BwrapArguments(plan), ElementsAreArray(expected));
}

TEST(BwrapArguments, BuildOnNothingWhereTheRootIsHidden) {
  const SandboxPlan plan = {.mounts = {{"/", Access::kNone, true}, {"/usr", Access::kReadOnly, true}}};
  const std::vector<std::string> arguments = BwrapArguments(plan);
  const std::vector<std::string> whole_root = {"--ro-bind", "/", "/"};
  EXPECT_EQ(std::search(arguments.begin(), arguments.end(), whole_root.begin(), whole_root.end()), arguments.end());
  const std::vector<std::string> root_read_only = {"--remount-ro", "/"};
  EXPECT_NE(std::search(arguments.begin(), arguments.end(), root_read_only.begin(), root_read_only.end()),
            arguments.end());
}

}  // namespace
}  // namespace hallmark::sandbox
