// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/file_policy.h"

#include "tests/support/matchers.h"

namespace hallmark::sandbox {

void PrintTo(const FileRule& rule, std::ostream* out) { *out << rule.path << "=" << static_cast<int>(rule.access); }

namespace {

using ::testing::ElementsAre;
using testing::HasError;

constexpr Access kNone = Access::kNone;
constexpr Access kRead = Access::kReadOnly;
constexpr Access kWrite = Access::kReadWrite;

TEST(IsWithin, GoesByComponents) {
  EXPECT_TRUE(IsWithin("/a/b", "/a"));
  EXPECT_TRUE(IsWithin("/a", "/a"));
  EXPECT_TRUE(IsWithin("/a", "/"));
  EXPECT_FALSE(IsWithin("/ab", "/a"));
  EXPECT_FALSE(IsWithin("/", "/a"));
}

TEST(AccessAt, DeniesBeforeItAllows) {
  const FilePolicy policy = {.deny_read = {"/s", "/s/me/secret"},
                             .allow_read = {"/s/me", "/s/me/secret"},
                             .allow_write = {"/s/me", "/s/you", "/w/no/yes"},
                             .deny_write = {"/s/me/ro", "/w/no"}};
  EXPECT_EQ(AccessAt(policy, "/usr/bin"), kRead);
  EXPECT_EQ(AccessAt(policy, "/s"), kNone);
  EXPECT_EQ(AccessAt(policy, "/s/other/file"), kNone);
  EXPECT_EQ(AccessAt(policy, "/s/me/file"), kWrite);
  EXPECT_EQ(AccessAt(policy, "/s/me/secret/file"), kNone);  // allowed and denied by the same path
  EXPECT_EQ(AccessAt(policy, "/s/me/ro/file"), kRead);
  EXPECT_EQ(AccessAt(policy, "/s/you"), kNone);     // what can't be read can't be written
  EXPECT_EQ(AccessAt(policy, "/w/no/yes"), kRead);  // denied above it
  EXPECT_EQ(AccessAt({}, "/s/me"), kRead);
}

TEST(EffectiveRules, TellWhereTheAccessChanges) {
  const FilePolicy policy = {.deny_read = {"/s", "/s/me/secret"},
                             .allow_read = {"/s/me", "/usr"},
                             .allow_write = {"/s/me", "/s/me/src"},
                             .deny_write = {"/s/me/src/ro", "/etc", "/s/me-too"}};
  EXPECT_THAT(EffectiveRules(policy), ElementsAre(FileRule{"/s", kNone}, FileRule{"/s/me", kWrite},
                                                  FileRule{"/s/me/secret", kNone}, FileRule{"/s/me/src/ro", kRead}));
}

TEST(EffectiveRules, KeepsNeighboursApart) {
  // "/a-b" sorts between "/a" and "/a/c" as text, and not as a path.
  const FilePolicy policy = {.allow_write = {"/a", "/a-b", "/a/c"}, .deny_write = {"/a/c"}};
  EXPECT_THAT(EffectiveRules(policy),
              ElementsAre(FileRule{"/a", kWrite}, FileRule{"/a/c", kRead}, FileRule{"/a-b", kWrite}));
}

TEST(PolicyPath, ReadsWhatPoliciesWrite) {
  const auto path = [](const char* text) { return PolicyPath(text, "/s/me", "/s/me/work"); };
  const std::pair<const char*, const char*> cases[] = {
      {"/etc", "/etc"},
      {"/", "/"},
      {"/etc/", "/etc"},
      {"//etc//x/./y", "/etc/x/y"},
      {"~", "/s/me"},
      {"~/a", "/s/me/a"},
      {"~/", "/s/me"},
      {".", "/s/me/work"},
      {"./a/../b", "/s/me/work/b"},
      {"a", "/s/me/work/a"},
      {"/var/x/**", "/var/x"},
      {"~/x/**", "/s/me/x"},
      {"/**", "/"},
  };
  for (const auto& [text, expected] : cases) {
    ASSERT_OK_AND_ASSIGN(const std::string result, path(text));
    EXPECT_EQ(result, expected) << text;
  }
  for (const char* text : {"*.env", "/a/*/b", "/a?", "/a[b]", "/a{b,c}"}) {
    EXPECT_THAT(path(text), HasError(ErrorKind::kUnsupported, "wildcards")) << text;
  }
  EXPECT_THAT(path(""), HasError(ErrorKind::kUnsupported, "empty"));
  EXPECT_THAT(path("~root/x"), HasError(ErrorKind::kUnsupported, "another user's home"));
  EXPECT_THAT(path("../x"), HasError(ErrorKind::kUnsupported, "leads out"));
  EXPECT_THAT(path("~/../you"), HasError(ErrorKind::kUnsupported, "leads out"));
}

}  // namespace
}  // namespace hallmark::sandbox
