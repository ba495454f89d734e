// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(TrustTest, Help) {
  EXPECT_EQ(RunWell({"trust", "--help"}),
            "hallmark trust init|rotate|show: who may sign bundles and smol-bin images\n\n"
            "  init    write the first version of a trust file\n"
            "  rotate  add a version to a trust file\n"
            "  show    print its versions\n\n"
            "'hallmark trust init --help' lists the options of one.\n");
  ExpectHelp({"trust", "init"}, "--bundle-key FILE --smol-key FILE --sign-with KEY -o trust.json [OPTION...]");
  ExpectHelp({"trust", "rotate"}, "TRUST --sign-with KEY [OPTION...]");
  ExpectHelp({"trust", "show"}, "TRUST");
}

TEST(TrustTest, UsageErrors) {
  ExpectUsageError({"trust"}, "no subcommand given", "'hallmark trust --help' lists them");
  ExpectUsageError({"trust", "shwo"}, "no subcommand 'shwo'",
                   "did you mean 'show'? 'hallmark trust --help' lists them");
  ExpectUsageError({"trust", "init", "--bundle-key", "k"}, "--smol-key FILE is required",
                   "'hallmark trust init --help' lists the options");
  ExpectUsageError({"trust", "show"}, "TRUST is required", "'hallmark trust show --help' lists the options");
}

TEST(TrustTest, WritesAndExtendsATrustFile) {
  const TempDir dir;
  const auto path = [&](const char* name) { return (dir / name).string(); };
  RunWell({"keygen", "-o", path("a"), "--no-passphrase"});
  RunWell({"keygen", "-o", path("b"), "--no-passphrase"});
  const std::string first = RunWell({"trust", "init", "--bundle-key", path("a.pub"), "--smol-key", path("a.pub"),
                                     "--sign-with", path("a"), "--expires", "2100-01-01T00:00:00Z", "-o", path("t")});
  EXPECT_THAT(first, StartsWith("version 1, expires 2100-01-01T00:00:00Z\n  root: 1 of 1\n"));
  const std::string second = RunWell({"trust", "rotate", path("t"), "--bundle-key", path("a.pub"), "--bundle-key",
                                      path("b.pub"), "--sign-with", path("a")});
  EXPECT_THAT(second, HasSubstr("  bundle: 1 of 2\n"));
  const std::string shown = RunWell({"trust", "show", path("t")});
  EXPECT_THAT(shown, StartsWith("version 1, "));
  EXPECT_THAT(shown, HasSubstr("\nversion 2, "));
  ExpectUsageError({"trust", "init", "--bundle-key", path("a.pub"), "--smol-key", path("a.pub"), "--sign-with",
                    path("a"), "-o", path("t")},
                   path("t") + ": exists already", "'hallmark trust rotate' adds a version to it");
  ExpectUsageError({"trust", "rotate", path("t"), "--sign-with", path("a"), "--expires", "2001-01-01T00:00:00Z"},
                   "--expires: is in the past, so no host would update with this version", "");
}

}  // namespace
}  // namespace hallmark::testing
