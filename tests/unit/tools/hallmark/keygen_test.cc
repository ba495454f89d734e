// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(KeygenTest, Help) { ExpectHelp({"keygen"}, "-o KEY [OPTION...]"); }

TEST(KeygenTest, WritesAKeyAndItsPublicHalf) {
  const TempDir dir;
  const std::string key = (dir / "a.key").string();
  const std::string id = RunWell({"keygen", "-o", key, "--no-passphrase"});
  EXPECT_EQ(id.size(), 65U) << id;  // 64 hexadecimal digits and a line feed
  EXPECT_THAT(ReadFile(key), StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_THAT(ReadFile(key + ".pub"), StartsWith("untrusted comment: "));
  EXPECT_THAT(ReadFile(key + ".pub"), HasSubstr("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_EQ(std::filesystem::status(key).permissions(), std::filesystem::perms(0600));
}

TEST(KeygenTest, AsksACommandForThePassphrase) {
  const TempDir dir;
  const std::string key = (dir / "a.key").string();
  RunWell({"keygen", "-o", key, "--passphrase-command", "echo secret"});
  EXPECT_THAT(ReadFile(key), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
}

TEST(KeygenTest, UsageErrors) {
  ExpectUsageError({"keygen"}, "--output KEY is required", "'hallmark keygen --help' lists the options");
  ExpectUsageError({"keygen", "-o", "x", "--no-passphrase", "--passphrase-fd", "3"},
                   "--no-passphrase, --passphrase-fd and --passphrase-command exclude each other", "");
  const TempDir dir;
  const std::string key = (dir / "a.key").string();
  WriteFile(key, "a key");
  ExpectUsageError({"keygen", "-o", key, "--no-passphrase"}, key + ": exists already",
                   "keys are never overwritten: choose another name");
  EXPECT_EQ(ReadFile(key), "a key");
}

}  // namespace
}  // namespace hallmark::testing
