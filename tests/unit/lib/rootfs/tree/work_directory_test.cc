// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/work_directory.h"

#include <optional>

#include "tests/support/environment.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

class WorkDirectoryTest : public ::testing::Test {
 protected:
  WorkDirectoryTest() : variable_("HALLMARK_CACHE", (directory_ / "cache").c_str()), cache_(Cache::Open().value()) {}

  testing::TempDir directory_;
  testing::ScopedVariable variable_;
  Cache cache_;
};

TEST_F(WorkDirectoryTest, GoesAwayWithItsContent) {
  fs::path path;
  {
    ASSERT_OK_AND_ASSIGN(const WorkDirectory work, WorkDirectory::Create(cache_));
    path = work.path();
    EXPECT_EQ(path.parent_path(), cache_.directory() / "work");
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    testing::WriteFile(path / "tree/file", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(WorkDirectoryTest, SweepsWhatNobodyUsesAndNothingElse) {
  testing::WriteFile(cache_.directory() / "work/build-left/file", "x");
  ASSERT_OK_AND_ASSIGN(const WorkDirectory first, WorkDirectory::Create(cache_));
  EXPECT_FALSE(fs::exists(cache_.directory() / "work/build-left"));
  ASSERT_OK_AND_ASSIGN(const WorkDirectory second, WorkDirectory::Create(cache_));
  EXPECT_NE(first.path(), second.path());
  EXPECT_TRUE(fs::exists(first.path()));
}

}  // namespace
}  // namespace hallmark
