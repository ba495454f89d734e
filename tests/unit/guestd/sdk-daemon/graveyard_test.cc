// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/graveyard.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

TEST(Graveyard, RemovesAGroupAtOnceWhereItCan) {
  const TempDir directory;
  std::filesystem::create_directories(directory / "a/b");
  EventLoop loop;
  Graveyard graveyard(loop);
  graveyard.Bury(Cgroup(directory / "a"));
  EXPECT_EQ(graveyard.waiting(), 0U);
  EXPECT_FALSE(std::filesystem::exists(directory / "a"));
}

TEST(Graveyard, TriesAgainUntilItIsGone) {
  const TempDir directory;
  WriteFile(directory / "a/busy", "");  // as a process that is not quite dead keeps a group
  WriteFile(directory / "b/busy", "");
  EventLoop loop;
  Graveyard graveyard(loop);
  graveyard.Bury(Cgroup(directory / "a"));
  graveyard.Bury(Cgroup(directory / "b"));
  EXPECT_EQ(graveyard.waiting(), 2U);
  Timer later(loop);
  later.Start(std::chrono::milliseconds(30), [&] {
    std::filesystem::remove(directory / "a/busy");
    std::filesystem::remove(directory / "b/busy");
  });
  loop.Run();
  EXPECT_EQ(graveyard.waiting(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Graveyard, StopsWhenItIsTold) {
  const TempDir directory;
  WriteFile(directory / "a/busy", "");
  EventLoop loop;
  Graveyard graveyard(loop);
  graveyard.Bury(Cgroup(directory / "a"));
  graveyard.Stop();
  loop.Run();
  EXPECT_EQ(graveyard.waiting(), 1U);
}

}  // namespace
}  // namespace hallmark::guest
