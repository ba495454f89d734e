// SPDX-License-Identifier: Apache-2.0
#include "lib/base/directory_reaper.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;
using testing::WriteFile;

fs::path MakeDirectory(const TempDir& dir) {
  fs::path directory = dir / "scratch";
  WriteFile(directory / "a" / "b" / "file", "content");
  return directory;
}

bool Vanishes(const fs::path& directory) {
  for (int i = 0; i < 500 && fs::exists(directory); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return !fs::exists(directory);
}

TEST(DirectoryReaperTest, RemovesAtDestruction) {
  const TempDir dir;
  const fs::path directory = MakeDirectory(dir);
  {
    ASSERT_OK_AND_ASSIGN(const DirectoryReaper reaper, DirectoryReaper::Start(directory));
    EXPECT_TRUE(fs::exists(directory / "a" / "b" / "file"));
  }
  EXPECT_FALSE(fs::exists(directory));
}

TEST(DirectoryReaperTest, RemovesWhenTheProcessIsKilled) {
  const TempDir dir;
  const fs::path directory = MakeDirectory(dir);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Result<DirectoryReaper> reaper = DirectoryReaper::Start(directory);
    raise(reaper.ok() ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_TRUE(Vanishes(directory));
}

TEST(DirectoryReaperTest, IsContentWithADirectoryThatIsGone) {
  const TempDir dir;
  const fs::path directory = MakeDirectory(dir);
  {
    ASSERT_OK_AND_ASSIGN(const DirectoryReaper reaper, DirectoryReaper::Start(directory));
    fs::rename(directory, dir / "kept");
  }
  EXPECT_TRUE(fs::exists(dir / "kept" / "a" / "b" / "file"));
}

}  // namespace
}  // namespace hallmark
