// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/file_plan.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/guestd/sandbox-helper/session_fixture.h"

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;
using hallmark::testing::HasError;
using hallmark::testing::WriteFile;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

class FilePlan : public SessionFixture {};

TEST_F(FilePlan, ProtectsWhatDoesNotExistYet) {
  {
    ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
    ASSERT_OK_AND_ASSIGN(const auto mounts, Plan(writable_, placeholders));
    EXPECT_THAT(mounts, Contains(Mount{fs::path(directories_.home).parent_path(), Access::kNone, true}));
    EXPECT_THAT(mounts, Contains(Mount{directories_.home, Access::kReadWrite, true}));
    EXPECT_THAT(mounts, Contains(In(".bashrc", Access::kReadOnly, false)));
    EXPECT_THAT(mounts, Contains(In("work", Access::kReadWrite, true)));  // or it could be moved away
    EXPECT_THAT(mounts, Contains(In("work/.git", Access::kReadOnly, true)));
    EXPECT_THAT(mounts, Contains(In("work/.claude", Access::kReadWrite, true)));
    EXPECT_THAT(mounts, Contains(In("work/.claude/settings.json", Access::kReadOnly, false)));
    for (size_t i = 0; i < mounts.size(); ++i) {
      for (size_t j = 0; j < i; ++j) EXPECT_FALSE(IsWithin(mounts[j].path, mounts[i].path)) << mounts[i].path;
    }
    EXPECT_TRUE(fs::is_empty(home_ / ".bashrc"));
  }
  EXPECT_EQ(Entries(home_), 1U);  // work
}

TEST_F(FilePlan, ProtectsHooksOfARepositoryThatHasNone) {
  WriteFile(home_ / "work/.git/HEAD", "ref: refs/heads/main\n");
  WriteFile(home_ / "work/.git/config", "[core]\n");
  {
    ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
    ASSERT_OK_AND_ASSIGN(const auto mounts, Plan(writable_, placeholders));
    EXPECT_THAT(mounts, Contains(In("work/.git", Access::kReadWrite, true)));
    EXPECT_THAT(mounts, Contains(In("work/.git/hooks", Access::kReadOnly, true)));
    EXPECT_THAT(mounts, Contains(In("work/.git/config", Access::kReadOnly, false)));
  }
  EXPECT_FALSE(fs::exists(home_ / "work/.git/hooks"));
  EXPECT_TRUE(fs::exists(home_ / "work/.git/config"));
}

TEST_F(FilePlan, ProtectsProjectsBesideTheWorkingDirectory) {
  WriteFile(home_ / "src/one/.git/HEAD", "ref: refs/heads/main\n");
  WriteFile(home_ / "src/two/.vscode/settings.json", "{}");
  WriteFile(home_ / "src/node_modules/three/.vscode/settings.json", "{}");
  ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
  ASSERT_OK_AND_ASSIGN(const auto mounts, Plan(writable_, placeholders));
  EXPECT_THAT(mounts, Contains(In("src/one/.git/hooks", Access::kReadOnly, true)));
  EXPECT_THAT(mounts, Contains(In("src/two/.vscode", Access::kReadOnly, true)));
  EXPECT_THAT(mounts, Not(Contains(In("src/node_modules/three/.vscode", Access::kReadOnly, true))));
}

TEST_F(FilePlan, ProtectsAsAWholeWhatItCanNotSearchOrCover) {
  fs::create_directories(home_ / "src/linked");
  fs::create_symlink("/nonexistent", home_ / "src/linked/.envrc");
  fs::create_directories(home_ / "src/closed");
  fs::permissions(home_ / "src/closed", fs::perms::none);
  WriteFile(home_ / "src/open/.git/HEAD", "ref: refs/heads/main\n");
  {
    ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
    ASSERT_OK_AND_ASSIGN(const auto mounts, Plan(writable_, placeholders));
    EXPECT_THAT(mounts, Contains(In("src/linked", Access::kReadOnly, true)));
    if (geteuid() != 0) {  // root searches it
      EXPECT_THAT(mounts, Contains(In("src/closed", Access::kReadOnly, true)));
    }
    EXPECT_THAT(mounts, Contains(In("src/open/.git/commondir", Access::kReadOnly, false)));
    EXPECT_EQ(fs::file_size(home_ / "src/open/.git/commondir"), 2U);  // git reads it: "here"
  }
  fs::permissions(home_ / "src/closed", fs::perms::owner_all);
  EXPECT_FALSE(fs::exists(home_ / "src/open/.git/commondir"));
}

TEST_F(FilePlan, RefusesRulesThroughLinksOfTheSession) {
  fs::create_directory_symlink("/etc", home_ / "data");
  ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
  EXPECT_THAT(Plan({.allow_write = {"~/data"}}, placeholders), HasError(ErrorKind::kUnsupported, "through a link"));
  EXPECT_THAT(Plan({.deny_read = {"~/data/x"}}, placeholders), HasError(ErrorKind::kUnsupported, "through a link"));
}

TEST_F(FilePlan, WritesNothingThatThePolicyDoesNotName) {
  ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
  ASSERT_OK_AND_ASSIGN(const auto mounts, Plan({}, placeholders));
  EXPECT_THAT(mounts, Contains(Mount{directories_.home, Access::kReadOnly, true}));
  for (const Mount& mount : mounts) EXPECT_NE(mount.access, Access::kReadWrite) << mount.path;
  EXPECT_EQ(Entries(home_), 2U);  // the lock; nothing to protect
  EXPECT_THAT(Plan({.allow_write = {"/"}}, placeholders), HasError(ErrorKind::kUnsupported, "all would be writable"));
}

TEST_F(FilePlan, HidesAndKeepsWhatThePolicySays) {
  WriteFile(home_ / "secret", "x");
  WriteFile(home_ / "vault/open/file", "x");
  ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
  ASSERT_OK_AND_ASSIGN(const auto mounts, Plan({.deny_read = {"~/secret", "~/vault", "~/absent"},
                                                .allow_read = {"~/vault/open"},
                                                .allow_write = {"~"},
                                                .deny_write = {"~/vault/open/file", "~/new/config"}},
                                               placeholders, {home_ / "work"}));
  EXPECT_THAT(mounts, Contains(In("secret", Access::kNone, false)));
  EXPECT_THAT(mounts, Contains(In("vault", Access::kNone, true)));
  EXPECT_THAT(mounts, Contains(In("vault/open", Access::kReadWrite, true)));
  EXPECT_THAT(mounts, Contains(In("vault/open/file", Access::kReadOnly, false)));
  EXPECT_THAT(mounts, Contains(In("absent", Access::kNone, false)));
  EXPECT_THAT(mounts, Contains(In("new", Access::kReadWrite, true)));
  EXPECT_THAT(mounts, Contains(In("new/config", Access::kReadOnly, false)));
  EXPECT_THAT(mounts, Contains(In("work", Access::kReadOnly, true)));
  EXPECT_THAT(Plan({}, placeholders, {home_ / "missing"}), HasError(ErrorKind::kNotFound, "does not exist"));
}

TEST_F(FilePlan, WantsTheWorkingDirectoryInTheSessions) {
  EXPECT_OK(FindSessionDirectories(home_, home_ / "work"));
  EXPECT_THAT(FindSessionDirectories(home_, top_ / "sessions"), HasError(ErrorKind::kUsage, "is not in the session"));
  fs::create_directory_symlink("/etc", home_ / "out");
  EXPECT_THAT(FindSessionDirectories(home_, home_ / "out"), HasError(ErrorKind::kUsage, "is not in the session"));
  EXPECT_THAT(FindSessionDirectories(home_, home_ / "none"), HasError(ErrorKind::kNotFound, "no such directory"));
  EXPECT_THAT(FindSessionDirectories("/etc", "/etc"), HasError(ErrorKind::kUsage, "not in /"));
}

}  // namespace
}  // namespace hallmark::sandbox
