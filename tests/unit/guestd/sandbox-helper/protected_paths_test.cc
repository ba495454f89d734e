// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/protected_paths.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/guestd/sandbox-helper/session_fixture.h"

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;
using hallmark::testing::WriteFile;

class ProtectedPathsTest : public SessionFixture {};

TEST_F(ProtectedPathsTest, FindsWhatMattersAtEachDepthOfTheSearch) {
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

}  // namespace
}  // namespace hallmark::sandbox
