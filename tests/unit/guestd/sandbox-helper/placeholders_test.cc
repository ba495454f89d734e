// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/placeholders.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/guestd/sandbox-helper/session_fixture.h"

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;
using hallmark::testing::HasError;
using hallmark::testing::WriteFile;
using ::testing::Contains;

class PlaceholdersTest : public SessionFixture {};

TEST_F(PlaceholdersTest, KeepsPlaceholdersWhileAnotherCommandRuns) {
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

TEST_F(PlaceholdersTest, TakesOverFromAKilledHelper) {
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

TEST_F(PlaceholdersTest, NeverRemovesWhatAPersonMade) {
  WriteFile(home_ / ".bashrc", "");
  fs::create_directories(home_ / ".vscode");
  {
    ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
    ASSERT_OK(Plan(writable_, placeholders));
  }
  EXPECT_TRUE(fs::exists(home_ / ".bashrc"));
  EXPECT_TRUE(fs::exists(home_ / ".vscode"));
}

TEST_F(PlaceholdersTest, RefusesLinksThatCouldBeReplaced) {
  fs::create_symlink("/etc/bash.bashrc", home_ / ".bashrc");
  ASSERT_OK_AND_ASSIGN(Placeholders placeholders, Placeholders::Create(directories_.home));
  EXPECT_THAT(Plan(writable_, placeholders), HasError(ErrorKind::kUnsupported, ".bashrc is a link"));
}

}  // namespace
}  // namespace hallmark::sandbox
