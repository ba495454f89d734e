// SPDX-License-Identifier: Apache-2.0
#include "lib/base/folder_reaper.h"

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

fs::path MakeFolder(const TempDir& dir) {
  fs::path folder = dir / "scratch";
  WriteFile(folder / "a" / "b" / "file", "content");
  return folder;
}

bool Vanishes(const fs::path& folder) {
  for (int i = 0; i < 500 && fs::exists(folder); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return !fs::exists(folder);
}

TEST(FolderReaperTest, RemovesAtDestruction) {
  const TempDir dir;
  const fs::path folder = MakeFolder(dir);
  {
    ASSERT_OK_AND_ASSIGN(const FolderReaper reaper, FolderReaper::Start(folder));
    EXPECT_TRUE(fs::exists(folder / "a" / "b" / "file"));
  }
  EXPECT_FALSE(fs::exists(folder));
}

TEST(FolderReaperTest, RemovesWhenTheProcessIsKilled) {
  const TempDir dir;
  const fs::path folder = MakeFolder(dir);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const Result<FolderReaper> reaper = FolderReaper::Start(folder);
    raise(reaper.ok() ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_TRUE(Vanishes(folder));
}

TEST(FolderReaperTest, IsContentWithAFolderThatIsGone) {
  const TempDir dir;
  const fs::path folder = MakeFolder(dir);
  {
    ASSERT_OK_AND_ASSIGN(const FolderReaper reaper, FolderReaper::Start(folder));
    fs::rename(folder, dir / "kept");
  }
  EXPECT_TRUE(fs::exists(dir / "kept" / "a" / "b" / "file"));
}

}  // namespace
}  // namespace hallmark
