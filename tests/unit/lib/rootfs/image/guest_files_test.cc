// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/guest_files.h"

#include "tests/support/environment.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(GuestProgramTest, IsWhereTheEnvironmentSays) {
  const testing::TempDir directory;
  testing::WriteFile(directory / "arm64/init", "program");
  const testing::ScopedVariable variable("HALLMARK_GUEST", directory.path().c_str());
  EXPECT_EQ(GuestProgram("arm64", "init").value(), directory / "arm64/init");
  EXPECT_THAT(GuestProgram("amd64", "init"), HasError(ErrorKind::kNotFound, "amd64/init: no such program"));
}

class GuestFilesTest : public ::testing::Test {
 protected:
  GuestFilesTest() : variable_("HALLMARK_GUEST", directory_.path().c_str()) {
    recipe_.name = "small";
    recipe_.version = "1.2";
    recipe_.architecture = "arm64";
    recipe_.guest.programs = {"guestd"};
    testing::WriteFile(directory_ / "arm64/guestd", "program");
  }

  testing::TempDir directory_;
  testing::ScopedVariable variable_;
  Recipe recipe_;
  FileTree tree_;
};

TEST_F(GuestFilesTest, PutsProgramsAndTrustIntoTheTree) {
  ASSERT_OK(AddGuestFiles(recipe_, "trust", {7}, tree_));
  EXPECT_EQ(tree_.ReadFile("/usr/lib/hallmark/guestd", 100).value(), "program");
  EXPECT_EQ(tree_.ReadFile("/usr/lib/hallmark/trust.json", 100).value(), "trust");
  const FileTree::Inode& program = tree_.inode(*tree_.Find("/usr/lib/hallmark/guestd"));
  EXPECT_EQ(program.mode, mode_t{S_IFREG | 0755});
  EXPECT_EQ(program.mtime.seconds, 7);
}

TEST_F(GuestFilesTest, LeavesOutATrustFileThatIsNotGiven) {
  ASSERT_OK(AddGuestFiles(recipe_, "", {7}, tree_));
  EXPECT_FALSE(tree_.Contains("/usr/lib/hallmark/trust.json"));
}

TEST_F(GuestFilesTest, SaysInOsReleaseWhichImageItIs) {
  ASSERT_OK(tree_.Put("/usr/lib/os-release", FileTree::RegularFile("ID=debian\n", 0644, {3})));
  ASSERT_OK(AddGuestFiles(recipe_, "", {7}, tree_));
  EXPECT_EQ(tree_.ReadFile("/usr/lib/os-release", 100).value(),
            "ID=debian\nIMAGE_ID=\"small\"\nIMAGE_VERSION=\"1.2\"\n");
  EXPECT_EQ(tree_.inode(*tree_.Find("/usr/lib/os-release")).mtime.seconds, 3);
}

TEST_F(GuestFilesTest, NamesAProgramThatIsMissing) {
  recipe_.guest.programs.emplace_back("absent");
  EXPECT_THAT(AddGuestFiles(recipe_, "", {7}, tree_), HasError(ErrorKind::kNotFound, "arm64/absent"));
}

}  // namespace
}  // namespace hallmark
