// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/file_plan.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using testing::HasError;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TempDir;
using testing::WriteFile;

class FilePlan : public ::testing::Test {
 protected:
  FilePlan() {
    fs::create_directories(home_ / "work");
    directories_ = {.home = fs::canonical(home_), .working = fs::canonical(home_ / "work")};
  }

  Result<std::vector<Mount>> Plan(const FilesystemSettings& settings, Placeholders& placeholders,
                                  const std::vector<std::string>& read_only = {}) {
    const std::vector<ProtectedPath> paths = ProtectedPaths(directories_.home, directories_.working);
    ASSIGN_OR_RETURN(const FilePolicy policy, MakeFilePolicy(settings, directories_, paths, read_only));
    return PlanMounts(policy, paths, placeholders);
  }
  Mount In(const char* name, Access access, bool directory) {
    return {directories_.home + "/" + name, access, directory};
  }
  static size_t Entries(const fs::path& directory) {
    return static_cast<size_t>(std::distance(fs::recursive_directory_iterator(directory), {}));
  }

  TempDir top_;
  fs::path home_ = top_ / "sessions/me";
  SessionDirectories directories_;
  FilesystemSettings writable_ = {.allow_write = {"~", "."}};
};

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

TEST_F(FilePlan, FindsWhatMattersAtEachDepthOfTheSearch) {
  const auto is_protected = [&](const std::string& name) {
    const auto paths = ProtectedPaths(directories_.home, directories_.working);
    return std::any_of(paths.begin(), paths.end(),
                       [&](const auto& path) { return path.path == directories_.home + "/" + name; });
  };
  for (const char* directory : {"a", "a/b", "a/b/c", "a/b/c/d", "mnt/a/b", "a/node_modules/b"}) {
    WriteFile(home_ / directory / ".envrc", "");
    WriteFile(home_ / directory / ".claude/settings.json", "{}");
    WriteFile(home_ / directory / ".other", "");
  }
  for (const char* directory : {"a", "a/b", "a/b/c", "mnt/a/b"}) {
    EXPECT_TRUE(is_protected(std::string(directory) + "/.envrc")) << directory;
    EXPECT_TRUE(is_protected(std::string(directory) + "/.claude/settings.json")) << directory;
    EXPECT_FALSE(is_protected(std::string(directory) + "/.claude/agents")) << directory;  // is not there
    EXPECT_FALSE(is_protected(std::string(directory) + "/.other")) << directory;
  }
  EXPECT_FALSE(is_protected("a/b/c/d/.envrc"));
  EXPECT_FALSE(is_protected("a/node_modules/b/.envrc"));
  // A large directory at the end of the search is not read to its end, nor one that may be passed but not read.
  for (int i = 0; i < 3000; ++i) WriteFile(home_ / "a/b/c" / std::to_string(i), "");
  EXPECT_TRUE(is_protected("a/b/c/.envrc"));
  EXPECT_FALSE(is_protected("a/b/c"));
  fs::permissions(home_ / "a/b/c", fs::perms::owner_exec | fs::perms::owner_write);
  EXPECT_TRUE(is_protected("a/b/c/.envrc"));
  fs::create_symlink("/nonexistent", home_ / "a/b/c/.vscode");
  EXPECT_TRUE(is_protected("a/b/c"));
  fs::permissions(home_ / "a/b/c", fs::perms::owner_all);
  EXPECT_TRUE(is_protected("a/b/c"));
}

TEST_F(FilePlan, KeepsPlaceholdersWhileAnotherCommandRuns) {
  auto made = Placeholders::Create(directories_.home);
  ASSERT_OK(made);
  auto first = std::make_unique<Placeholders>(std::move(made).value());
  ASSERT_OK(Plan(writable_, *first));
  {
    ASSERT_OK_AND_ASSIGN(Placeholders second, Placeholders::Create(directories_.home));
    ASSERT_OK_AND_ASSIGN(const auto mounts, Plan(writable_, second));
    EXPECT_THAT(mounts, Contains(In(".bashrc", Access::kReadOnly, false)));
    first.reset();  // the one that made them
    EXPECT_TRUE(fs::exists(home_ / ".bashrc"));
  }
  EXPECT_EQ(Entries(home_), 1U);
}

TEST_F(FilePlan, TakesOverFromAKilledHelper) {
  const pid_t child = fork();
  if (child == 0) {
    auto placeholders = Placeholders::Create(directories_.home);
    _exit(placeholders.ok() && Plan(writable_, *placeholders).ok() ? 0 : 1);  // no destructor runs
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(fs::exists(home_ / ".bashrc"));
  WriteFile(home_ / ".config/app/settings", "kept");
  {
    ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
    ASSERT_OK(Plan(writable_, placeholders));
  }
  EXPECT_FALSE(fs::exists(home_ / ".bashrc"));
  EXPECT_FALSE(fs::exists(home_ / "work/.git"));
  EXPECT_TRUE(fs::exists(home_ / ".config/app/settings"));
}

TEST_F(FilePlan, NeverRemovesWhatAPersonMade) {
  WriteFile(home_ / ".bashrc", "");
  fs::create_directories(home_ / ".vscode");
  {
    ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
    ASSERT_OK(Plan(writable_, placeholders));
  }
  EXPECT_TRUE(fs::exists(home_ / ".bashrc"));
  EXPECT_TRUE(fs::exists(home_ / ".vscode"));
}

TEST_F(FilePlan, RefusesLinksThatCouldBeReplaced) {
  fs::create_symlink("/etc/bash.bashrc", home_ / ".bashrc");
  ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
  EXPECT_THAT(Plan(writable_, placeholders), HasError(ErrorKind::kUnsupported, ".bashrc is a link"));
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
