// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/lock.h"

#include "lib/base/file.h"
#include "lib/rootfs/recipe/recipe.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

Result<Lock> Load(const std::filesystem::path& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(file));
  return ParseLock(text, file);
}

TEST(LockTest, GivesEveryMessage) {
  testing::CheckDataDirectory("lock", [](const std::filesystem::path& input) -> Result<void> {
    RETURN_IF_ERROR(Load(input));
    return {};
  });
}

TEST(LockTest, TakesEveryKey) {
  ASSERT_OK_AND_ASSIGN(const Lock lock, Load(testing::DataDirectory("lock") / "good/everything.lock"));
  EXPECT_EQ(lock.recipe, "small");
  EXPECT_EQ(lock.architecture, "arm64");
  EXPECT_EQ(lock.source_date_epoch, 1793534400U);
  EXPECT_EQ(lock.releases.at(0).origin, "Debian");
  ASSERT_EQ(lock.packages.size(), 2U);
  EXPECT_TRUE(lock.packages[0].essential);
  EXPECT_EQ(lock.packages[0].size, 100U);
  EXPECT_FALSE(lock.packages[1].essential);
  EXPECT_EQ(lock.packages[1].architecture, "all");
  EXPECT_EQ(lock.configure_order, (std::vector<std::string>{"tzdata", "bash"}));
  EXPECT_EQ(lock.npm.at(0).name, "@scope/tool");
  EXPECT_EQ(lock.downloads.at(0).url, "http://files.example/a");
  EXPECT_EQ(lock.python.at(0).file, "wheel-1.0-py3-none-any.whl");
}

// A lock is text to be reviewed in a diff: its bytes are ours, and stay.
TEST(LockTest, IsWrittenInOneWay) {
  Lock lock;
  lock.recipe = "small";
  lock.recipe_digest = std::string(64, '0');
  lock.architecture = "arm64";
  lock.source_date_epoch = 7;
  lock.packages.push_back({.name = "bash",
                           .version = "5.2",
                           .architecture = "arm64",
                           .size = 100,
                           .sha256 = std::string(64, '1'),
                           .path = "pool/bash.deb",
                           .suite = "bookworm",
                           .essential = true});
  lock.configure_order = {"bash"};
  EXPECT_EQ(
      FormatLock(lock),
      "# Made by hallmark lock; see hallmark-lock(5). Packages stand in the order in which they are unpacked.\n"
      "lock_format = 1\n"
      "recipe = \"small\"\n"
      "recipe_digest = \"0000000000000000000000000000000000000000000000000000000000000000\"\n"
      "architecture = \"arm64\"\n"
      "source_date_epoch = 7\n"
      "\npackages = [\n"
      "  { name = \"bash\", version = \"5.2\", architecture = \"arm64\", suite = \"bookworm\", size = 100, sha256 = "
      "\"1111111111111111111111111111111111111111111111111111111111111111\", path = \"pool/bash.deb\", essential = "
      "true },\n"
      "]\n"
      "\nconfigure_order = [\n"
      "  \"bash\",\n"
      "]\n");
}

TEST(LockTest, ComesBackFromItsOwnText) {
  for (const char* name : {"good/empty.lock", "good/everything.lock"}) {
    ASSERT_OK_AND_ASSIGN(const Lock lock, Load(testing::DataDirectory("lock") / name));
    ASSERT_OK_AND_ASSIGN(const Lock again, ParseLock(FormatLock(lock), "again.lock"));
    EXPECT_EQ(again, lock) << name;
  }
}

class LoadLockTest : public ::testing::Test {
 protected:
  LoadLockTest() : recipe_(LoadRecipe(testing::DataDirectory("recipe") / "good/small.toml").value()) {
    recipe_.directory = "recipes/small";
    lock_.recipe = recipe_.name;
    lock_.recipe_digest = RecipeLockDigest(recipe_).value();
    lock_.architecture = recipe_.architecture;
  }
  Result<Lock> Load() {
    testing::WriteFile(directory_ / "recipe.lock", FormatLock(lock_));
    return LoadLock(recipe_, directory_ / "recipe.lock");
  }

  testing::TempDir directory_;
  Recipe recipe_;
  Lock lock_;
};

TEST_F(LoadLockTest, ReadsTheLockOfTheRecipe) { EXPECT_EQ(Load().value(), lock_); }

TEST_F(LoadLockTest, SaysHowToMakeALockThatIsMissing) {
  const Result<Lock> lock = LoadLock(recipe_, directory_ / "recipe.lock");
  EXPECT_THAT(lock,
              HasError(ErrorKind::kNotFound, "recipe small has no lock: " + (directory_ / "recipe.lock").string()));
  EXPECT_EQ(lock.error().hint, "hallmark lock recipes/small makes it");
}

TEST_F(LoadLockTest, RefusesALockOfAnotherRecipe) {
  lock_.recipe = "other";
  EXPECT_THAT(Load(), HasError(ErrorKind::kUsage, "made from another state of"));
}

TEST_F(LoadLockTest, RefusesALockOfAnEarlierState) {
  recipe_.apt.packages.emplace_back("vim");
  const Result<Lock> lock = Load();
  EXPECT_THAT(lock, HasError(ErrorKind::kUsage, "made from another state of " + recipe_.file.string()));
  EXPECT_EQ(lock.error().hint, "hallmark lock recipes/small --update makes it anew and shows what changes");
}

}  // namespace
}  // namespace hallmark
