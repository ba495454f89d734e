// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/recipe.h"

#include "lib/base/file.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

Result<Recipe> Load(std::string_view name) { return LoadRecipe(testing::DataDirectory("recipe") / name); }

TEST(RecipeTest, GivesEveryMessage) {
  testing::CheckDataDirectory("recipe", [](const std::filesystem::path& input) -> Result<void> {
    RETURN_IF_ERROR(LoadRecipe(input));
    return {};
  });
}

TEST(RecipeTest, TakesEveryKey) {
  ASSERT_OK_AND_ASSIGN(const Recipe recipe, Load("good/everything.toml"));
  EXPECT_EQ(recipe.name, "small");
  EXPECT_EQ(recipe.version, "1.0");
  EXPECT_EQ(recipe.summary, "all keys");
  EXPECT_EQ(recipe.hostname, "guest");
  EXPECT_EQ(recipe.locale, "de_DE.UTF-8");
  EXPECT_EQ(recipe.timezone, "Europe/Berlin");
  EXPECT_TRUE(recipe.apt.host_sources);
  ASSERT_EQ(recipe.npm.size(), 1U);
  ASSERT_EQ(recipe.npm[0].places.size(), 1U);
  EXPECT_EQ(recipe.npm[0].places[0].mode, mode_t{0755});
  EXPECT_EQ(recipe.downloads.at(0).mode, mode_t{0644});
  EXPECT_EQ(recipe.python.requirements, testing::DataDirectory("recipe") / "good/requirements.txt");
  EXPECT_EQ(recipe.overlays.at(0).source, testing::DataDirectory("recipe") / "good/files");
  EXPECT_EQ(recipe.overlays[0].owner.user, "1000");
  EXPECT_EQ(recipe.systemd.default_target, "multi-user.target");
  EXPECT_EQ(recipe.guest.programs, (std::vector<std::string>{"guestd"}));
  EXPECT_EQ(recipe.hooks.at(0).arguments, (std::vector<std::string>{"one"}));
  EXPECT_EQ(recipe.builds.at(0).owner.group, "root");
}

TEST(RecipeTest, TakesEveryTypeOfNode) {
  using Type = Recipe::Node::Type;
  ASSERT_OK_AND_ASSIGN(const Recipe recipe, Load("good/everything.toml"));
  std::vector<Type> types;
  for (const Recipe::Node& node : recipe.nodes) types.push_back(node.type);
  EXPECT_EQ(types, (std::vector<Type>{Type::kDirectory, Type::kCharacterDevice, Type::kBlockDevice, Type::kFifo,
                                      Type::kSymbolicLink}));
  EXPECT_EQ(recipe.nodes[1].major, 4095U);
  EXPECT_EQ(recipe.nodes[1].minor, 1048575U);
  EXPECT_EQ(recipe.nodes[4].target, "/usr/share/zoneinfo/UTC");
}

TEST(RecipeTest, KnowsSizesAndShares) {
  ASSERT_OK_AND_ASSIGN(const Recipe recipe, Load("good/everything.toml"));
  EXPECT_EQ(recipe.image.size, uint64_t{512} << 20);
  EXPECT_EQ(recipe.image.session_size, uint64_t{4} << 30);
  EXPECT_EQ(recipe.image.max_used, 0.7);
  EXPECT_FALSE(recipe.image.verity);
  EXPECT_FALSE(recipe.image.sha1);
}

TEST(RecipeTest, FillsInDefaults) {
  ASSERT_OK_AND_ASSIGN(const Recipe recipe, Load("good/small.toml"));
  EXPECT_EQ(recipe.apt.suites, (std::vector<std::string>{"bookworm", "bookworm-updates", "bookworm-security"}));
  EXPECT_EQ(recipe.hostname, "small");
  EXPECT_EQ(recipe.locale, "C.UTF-8");
  EXPECT_EQ(recipe.timezone, "Etc/UTC");
  EXPECT_TRUE(recipe.image.verity);
  ASSERT_OK_AND_ASSIGN(const Recipe user, ParseRecipe("name = \"a\"\nversion = \"1\"\narchitecture = \"amd64\"\n"
                                                      "apt = {suite = \"sid\", sources = \"host\"}\n"
                                                      "image.size = \"1GiB\"\nuser = [{name = \"b\", uid = 7}]\n",
                                                      "recipe.toml"));
  EXPECT_EQ(user.users.at(0).home, "/home/b");
  EXPECT_EQ(user.users[0].shell, "/bin/bash");
}

TEST(RecipeTest, WritesFingerprintsInOneWay) {
  ASSERT_OK_AND_ASSIGN(const Recipe recipe, Load("good/mirrors.toml"));
  EXPECT_EQ(recipe.apt.fingerprints, (std::vector<std::string>{"0123456789ABCDEF0123456789ABCDEF01234567"}));
}

TEST(RecipeTest, GoesOnWithTheListsOfWhatItIncludes) {
  const testing::TempDir directory;
  testing::WriteFile(
      directory / "common/all.toml",
      "version = \"1\"\nnode = [{path = \"/first\"}]\n"
      "[apt]\nsuite = \"bookworm\"\nsources = \"host\"\npackages = [\"bash\"]\nkeyring = \"keys.gpg\"\n");
  testing::WriteFile(directory / "own/recipe.toml",
                     "name = \"a\"\nversion = \"2\"\narchitecture = \"arm64\"\ninclude = [\"../common/all.toml\"]\n"
                     "node = [{path = \"/second\"}]\nimage.size = \"1GiB\"\napt.packages = [\"vim\"]\n");
  ASSERT_OK_AND_ASSIGN(const Recipe recipe, LoadRecipe(directory / "own"));
  EXPECT_EQ(recipe.version, "2");
  EXPECT_EQ(recipe.apt.packages, (std::vector<std::string>{"bash", "vim"}));
  EXPECT_EQ(recipe.apt.keyring, directory / "common/keys.gpg");
  ASSERT_EQ(recipe.nodes.size(), 2U);
  EXPECT_EQ(recipe.nodes[0].path, "/first");
  EXPECT_EQ(recipe.file, directory / "own/recipe.toml");
  EXPECT_EQ(recipe.directory, directory / "own");
}

TEST(RecipeTest, SaysWhatToNameWhereThereIsNoRecipe) {
  const testing::TempDir directory;
  const Result<Recipe> recipe = LoadRecipe(directory.path());
  EXPECT_THAT(recipe, HasError(ErrorKind::kNotFound, "reading the recipe: " + (directory / "recipe.toml").string()));
  EXPECT_EQ(recipe.error().hint.find("name a recipe.toml or the directory that holds it"), 0U);
}

// Locks of this project and of others hold these digests: a change of the program must not ask for new locks.
TEST(RecipeLockDigestTest, StaysAsItIsInLocks) {
  ASSERT_OK_AND_ASSIGN(const Recipe small, Load("good/small.toml"));
  ASSERT_OK_AND_ASSIGN(const Recipe mirrors, Load("good/mirrors.toml"));
  EXPECT_EQ(RecipeLockDigest(small).value(), "f0c192cf73e3ed6a94f35d12afd94285bde01825d07c4698df51e6ea2d90230d");
  EXPECT_EQ(RecipeLockDigest(mirrors).value(), "d46235f3f9e56e2563413422eaec48137360fe8bc624923689be9e6fbd59fd47");
}

TEST(RecipeLockDigestTest, ChangesWithWhatALockDependsOn) {
  ASSERT_OK_AND_ASSIGN(Recipe recipe, Load("good/mirrors.toml"));
  const std::string digest = RecipeLockDigest(recipe).value();
  recipe.nodes.push_back({.path = "/srv"});
  recipe.image.size *= 2;
  recipe.apt.keyring = "/elsewhere/keys.gpg";
  EXPECT_EQ(RecipeLockDigest(recipe).value(), digest);
  recipe.apt.packages.emplace_back("vim");
  EXPECT_NE(RecipeLockDigest(recipe).value(), digest);
}

TEST(RecipeLockDigestTest, HoldsTheContentOfTheRequirements) {
  const testing::TempDir directory;
  ASSERT_OK_AND_ASSIGN(Recipe recipe, Load("good/small.toml"));
  recipe.python.requirements = directory / "requirements.txt";
  EXPECT_THAT(RecipeLockDigest(recipe), HasError(ErrorKind::kNotFound, "requirements.txt"));
  testing::WriteFile(recipe.python.requirements, "one\n");
  const std::string digest = RecipeLockDigest(recipe).value();
  testing::WriteFile(recipe.python.requirements, "two\n");
  EXPECT_NE(RecipeLockDigest(recipe).value(), digest);
}

}  // namespace
}  // namespace hallmark
