// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/script_helpers.h"

#include <map>

#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/tree/sample_tree.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

class ScriptHelpersTest : public testing::TreeTest {
 protected:
  ScriptHelpersTest() {
    Put("/usr/sbin/ldconfig", "program");
    Put("/usr/bin/grep", "program");
    Put("/usr/bin/uname", "program");
    Put("/usr/lib/python3.11/py_compile.py", "module");
    fs::create_symlink("grep", OnDisk("/usr/bin/journalctl"));
  }
  [[nodiscard]] Result<ScriptHelpers> Prepare(std::string_view architecture, bool emulate_all = false) const {
    return ScriptHelpers::Prepare(root_.path(), architecture, scratch_.path(), emulate_all);
  }
  /// Sources by target.
  static std::map<std::string, fs::path> ByTarget(const std::vector<TreeMount>& mounts) {
    std::map<std::string, fs::path> by_target;
    for (const TreeMount& mount : mounts) by_target[mount.target] = mount.source;
    return by_target;
  }
  static std::string_view Foreign() { return NativeArchitecture() == "amd64" ? "arm64" : "amd64"; }

  testing::TempDir scratch_;
};

TEST_F(ScriptHelpersTest, LetsProgramsDoNothingWhereTheTreeHasThem) {
  ASSERT_OK_AND_ASSIGN(const ScriptHelpers helpers, Prepare(NativeArchitecture()));
  EXPECT_THAT(helpers.Tools(), IsEmpty());
  const std::map<std::string, fs::path> mounts = ByTarget(helpers.ForConfigure());
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(testing::ReadFile(mounts.at("/usr/sbin/ldconfig")), "#!/bin/sh\nexit 0\n");
  EXPECT_EQ(testing::ReadFile(mounts.at("/usr/lib/python3.11/py_compile.py")), "");
  EXPECT_NE(fs::status(mounts.at("/usr/sbin/ldconfig")).permissions() & fs::perms::owner_exec, fs::perms::none);
}

TEST_F(ScriptHelpersTest, GivesATreeOfAnotherArchitectureTheBuildersTools) {
  ASSERT_OK_AND_ASSIGN(const ScriptHelpers helpers, Prepare(Foreign()));
  const std::map<std::string, fs::path> tools = ByTarget(helpers.Tools());
  EXPECT_EQ(tools.count("/usr/bin/uname"), 0U);  // tells the architecture
  EXPECT_EQ(tools.count("/usr/bin/sed"), 0U);    // the tree has none
  const bool builder_has_grep = fs::is_regular_file(fs::symlink_status("/usr/bin/grep"));
  EXPECT_EQ(tools.count("/usr/bin/grep"), builder_has_grep ? 1U : 0U);
  for (const auto& [target, source] : tools) EXPECT_TRUE(fs::exists(OnDisk(target))) << target;
}

TEST_F(ScriptHelpersTest, LeavesNothingInTheTree) {
  const auto list = [this] {
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(root_.path())) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  };
  const std::vector<std::string> before = list();
  ASSERT_OK_AND_ASSIGN(const ScriptHelpers helpers, Prepare(Foreign()));
  EXPECT_NE(list(), before);
  ASSERT_OK(helpers.RemoveMountPoints());
  EXPECT_EQ(list(), before);
}

TEST_F(ScriptHelpersTest, EmulatesAllWhereThatIsAskedFor) {
  ASSERT_OK_AND_ASSIGN(const ScriptHelpers helpers, Prepare(Foreign(), true));
  EXPECT_THAT(helpers.Tools(), IsEmpty());
  EXPECT_EQ(helpers.ForConfigure().size(), 2U);
}

}  // namespace
}  // namespace hallmark
