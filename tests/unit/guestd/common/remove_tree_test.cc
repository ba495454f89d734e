// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/remove_tree.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

using ::hallmark::testing::HasError;
using ::hallmark::testing::ReadFile;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

TEST(RemoveTree, DeletesEverythingAndFollowsNoLink) {
  const TempDir dir;
  WriteFile(dir / "other/file", "o");
  WriteFile(dir / "tree/a/b/c/file", std::string(100000, 'x'));
  WriteFile(dir / "tree/a/b/d/file", "");
  WriteFile(dir / "tree/file", "");
  fs::create_hard_link(dir / "other/file", dir / "tree/a/second");
  fs::create_directory_symlink(dir / "other", dir / "tree/a/b/link");
  Removed removed;
  ASSERT_OK(RemoveTree(dir / "tree", removed));
  EXPECT_FALSE(fs::exists(dir / "tree"));
  EXPECT_EQ(ReadFile(dir / "other/file"), "o");
  EXPECT_EQ(removed.files, 10U);
  EXPECT_GE(removed.bytes, 100000U);
  EXPECT_LT(removed.bytes, 200000U);
  fs::create_directory_symlink(dir / "other", dir / "link");
  ASSERT_OK(RemoveTree(dir / "link", removed));
  ASSERT_OK(RemoveTree(dir / "link", removed));  // gone is as good
  EXPECT_EQ(ReadFile(dir / "other/file"), "o");
}

/// A directory in a directory, `depth` times.
void MakeDeep(const fs::path& path, int depth) {
  UniqueFd at(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < depth; ++i) {
    ASSERT_EQ(mkdirat(at.get(), "d", 0755), 0);
    at = UniqueFd(openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(at.valid());
  }
}

TEST(RemoveTree, NeedsFewDescriptorsForADeepOne) {
  const TempDir dir;
  MakeDeep(dir.path(), 200);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few = {32, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  Removed removed;
  const auto result = RemoveTree(dir / "d", removed);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_OK(result);
  EXPECT_EQ(removed.files, 200U);
}

/// Root, who may delete everything, is somebody else as long as this lives.
class AsOrdinaryUser {
 public:
  explicit AsOrdinaryUser(const fs::path& directory) : root_(geteuid() == 0) {
    constexpr uid_t kNobody = 65534;
    if (root_ && (chown(directory.c_str(), kNobody, kNobody) != 0 || seteuid(kNobody) != 0)) ADD_FAILURE() << errno;
  }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;
  ~AsOrdinaryUser() {
    if (root_ && seteuid(0) != 0) ADD_FAILURE() << errno;
  }

 private:
  bool root_;
};

TEST(RemoveTree, GoesOnAfterWhatCanNotBeDeleted) {
  const TempDir dir;
  const AsOrdinaryUser user(dir / ".");
  WriteFile(dir / "top/a/kept/file", "");
  WriteFile(dir / "top/b/file", "");
  WriteFile(dir / "top/c", "");
  fs::permissions(dir / "top/a/kept", fs::perms(0500));
  Removed removed;
  EXPECT_THAT(RemoveContent(dir / "top", removed), HasError(ErrorKind::kIo, "top/a: Permission denied"));
  EXPECT_EQ(removed.files, 3U);
  EXPECT_FALSE(fs::exists(dir / "top/b"));
  EXPECT_FALSE(fs::exists(dir / "top/c"));
}

}  // namespace
}  // namespace hallmark
