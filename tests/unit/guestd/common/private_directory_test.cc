// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/private_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

TEST(PrivateDirectory, IsMadeOnceAndOpenedAgain) {
  const TempDir dir;
  EXPECT_OK(OpenPrivateDirectory(dir / "ours", 0700));
  ASSERT_OK_AND_ASSIGN(const File directory, OpenPrivateDirectory(dir / "ours", 0700));
  ASSERT_OK_AND_ASSIGN(const struct stat status, directory.Stat());
  EXPECT_TRUE(S_ISDIR(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, 0700U);
}

TEST(PrivateDirectory, IsNoLinkAndNoFile) {
  const TempDir dir;
  fs::create_directory(dir / "directory");
  fs::create_directory_symlink(dir / "directory", dir / "link");
  fs::create_directory_symlink(dir / "none", dir / "dangling");
  WriteFile(dir / "file", "");
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  for (const char* name : {"link", "dangling", "file", "fifo"}) {
    EXPECT_THAT(OpenPrivateDirectory(dir / name, 0700), HasError(ErrorKind::kVerification, "must be a directory"))
        << name;
  }
  EXPECT_FALSE(fs::exists(dir / "none"));
}

TEST(PrivateDirectory, IsNobodyElses) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root: run the tests in unshare --map-auto --map-root-user";
  const TempDir dir;
  fs::create_directory(dir / "theirs");
  ASSERT_EQ(chown((dir / "theirs").c_str(), 1001, 1001), 0);
  EXPECT_THAT(OpenPrivateDirectory(dir / "theirs", 0700),
              HasError(ErrorKind::kVerification, "belongs to the user 1001"));
}

}  // namespace
}  // namespace hallmark
