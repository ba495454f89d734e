// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/npm.h"

#include "tests/support/environment.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

const std::string kIntegrity = "sha512-" + std::string(86, 'A') + "==";
const Recipe::Npm kTool = {.name = "@scope/tool", .version = "1.2.3"};

TEST(NpmTest, TakesTheRegistryOfTheEnvironment) {
  const testing::ScopedVariable lower("npm_config_registry", "http://lower");
  {
    const testing::ScopedVariable upper("NPM_CONFIG_REGISTRY", "http://upper/");
    EXPECT_EQ(NpmRegistry().value(), "http://upper/");
  }
  const testing::ScopedVariable none("NPM_CONFIG_REGISTRY", "");
  EXPECT_EQ(NpmRegistry().value(), "http://lower/");
}

TEST(NpmTest, LocksWhatTheRegistryAnswers) {
  ASSERT_OK_AND_ASSIGN(const Lock::Npm locked,
                       ParseNpmAnswer(R"({"dist": {"integrity": ")" + kIntegrity + R"(", "tarball": "x"}})", kTool));
  EXPECT_EQ(locked.name, "@scope/tool");
  EXPECT_EQ(locked.version, "1.2.3");
  EXPECT_EQ(locked.integrity, kIntegrity);
  EXPECT_EQ(locked.path, "@scope/tool/-/tool-1.2.3.tgz");
  ASSERT_OK_AND_ASSIGN(const Lock::Npm plain, ParseNpmAnswer(R"({"dist": {"integrity": ")" + kIntegrity + R"("}})",
                                                             {.name = "tool", .version = "1.2.3"}));
  EXPECT_EQ(plain.path, "tool/-/tool-1.2.3.tgz");
}

TEST(NpmTest, RefusesWhatNoRegistryAnswers) {
  for (const char* text : {"", "not JSON", "[]", "7", "{}", R"({"dist": 7})", "\xff"}) {
    EXPECT_THAT(ParseNpmAnswer(text, kTool),
                HasError(ErrorKind::kCorrupt, "npm package @scope/tool 1.2.3: the registry's answer is not JSON"))
        << text;
  }
  for (const char* text :
       {R"({"dist": {}})", R"({"dist": {"integrity": 7}})", R"({"dist": {"integrity": "sha1-a"}})"}) {
    EXPECT_THAT(ParseNpmAnswer(text, kTool), HasError(ErrorKind::kCorrupt, "gives no SHA-512 integrity")) << text;
  }
}

TEST(NpmTest, HoldsTheRegistryToTheRecipe) {
  Recipe::Npm npm = kTool;
  const std::string answer = R"({"dist": {"integrity": ")" + kIntegrity + R"("}})";
  npm.integrity = kIntegrity;
  EXPECT_OK(ParseNpmAnswer(answer, npm));
  npm.integrity = "sha512-" + std::string(85, 'A') + "Q==";
  EXPECT_THAT(ParseNpmAnswer(answer, npm),
              HasError(ErrorKind::kVerification,
                       "the registry has integrity " + kIntegrity + ", and the recipe " + npm.integrity));
}

}  // namespace
}  // namespace hallmark
