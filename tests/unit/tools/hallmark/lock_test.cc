// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/recipe.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

/// A recipe's directory, with a lock of one package.
TempDir LockedRecipe() {
  TempDir dir;
  WriteFile(dir / "recipe.toml", ReadFile(DataDirectory("recipe") / "good/small.toml"));
  const Result<Recipe> recipe = LoadRecipe(dir.path());
  EXPECT_OK(recipe);
  Lock lock = ParseLock(ReadFile(DataDirectory("lock") / "good/everything.lock"), "everything.lock").value();
  lock.recipe = recipe->name;
  lock.recipe_digest = RecipeLockDigest(*recipe).value();
  lock.architecture = recipe->architecture;
  WriteFile(LockPath(*recipe), FormatLock(lock));
  return dir;
}

TEST(LockVerbTest, Help) { ExpectHelp({"lock"}, "RECIPE [OPTION...]"); }

TEST(LockVerbTest, UsageErrors) {
  ExpectUsageError({"lock"}, "RECIPE is required", "'hallmark lock --help' lists the options");
  const EmptyCache cache;
  const TempDir dir = LockedRecipe();
  ExpectUsageError({"lock", dir.path().string(), "--snapshot", "20261101T000000Z"},
                   "--snapshot: the recipe names no snapshot_mirror in [apt]", "");
}

TEST(LockVerbTest, LeavesALockThatFitsAsItIs) {
  const EmptyCache cache;
  const TempDir dir = LockedRecipe();
  const std::string path = LockPath(LoadRecipe(dir.path()).value());
  EXPECT_EQ(RunWell({"lock", dir.path().string()}), path + " is up to date with the recipe; --update resolves again\n");
  EXPECT_EQ(RunWell({"lock", "-q", dir.path().string()}), "");
  const std::string json = RunWell({"lock", "--json", dir.path().string()});
  EXPECT_EQ(Member(json, "/lock"), path);
  EXPECT_EQ(Member(json, "/packages"), "2");
  EXPECT_EQ(Member(json, "/changes"), "[]");
}

}  // namespace
}  // namespace hallmark::testing
