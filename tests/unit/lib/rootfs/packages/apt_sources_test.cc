// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/apt_sources.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;

/// "URI SUITE [SIGNED-BY] COMPONENTS".
std::vector<std::string> Describe(const std::vector<AptSource>& sources) {
  std::vector<std::string> lines;
  for (const AptSource& source : sources) {
    std::string line = source.uri + " " + source.suite + " [" + source.signed_by + "]";
    for (const std::string& component : source.components) line += " " + component;
    lines.push_back(line);
  }
  return lines;
}

TEST(SourcesListTest, TakesBinaryPackagesAlone) {
  EXPECT_THAT(Describe(ParseSourcesList("# a comment\n"
                                        "deb http://a/debian bookworm main contrib # more\n"
                                        "  deb\thttp://b/ sid main\r\n"
                                        "deb-src http://a/debian bookworm main\n"
                                        "#deb http://c/ bookworm main\n"
                                        "deb http://flat/ ./\n"
                                        "debris http://d/ bookworm main\n")),
              ElementsAre("http://a/debian/ bookworm [] main contrib", "http://b/ sid [] main"));
}

TEST(SourcesListTest, ReadsWhoSigns) {
  EXPECT_THAT(Describe(ParseSourcesList("deb [arch=arm64 Signed-By=/keys/a.gpg] http://a/ bookworm main\n"
                                        "deb [ arch=arm64 ] http://b/ bookworm main\n"
                                        "deb [trusted http://c/ bookworm main\n")),
              ElementsAre("http://a/ bookworm [/keys/a.gpg] main", "http://b/ bookworm [] main"));
}

TEST(Deb822SourcesTest, TakesEveryUriWithEverySuite) {
  EXPECT_THAT(Describe(ParseDeb822Sources("Types: deb deb-src\n"
                                          "URIs: http://a/debian http://b/\n"
                                          "Suites: bookworm bookworm-updates\n"
                                          "Components: main contrib\n"
                                          "Signed-By: /keys/a.gpg\n")),
              ElementsAre("http://a/debian/ bookworm [/keys/a.gpg] main contrib",
                          "http://a/debian/ bookworm-updates [/keys/a.gpg] main contrib",
                          "http://b/ bookworm [/keys/a.gpg] main contrib",
                          "http://b/ bookworm-updates [/keys/a.gpg] main contrib"));
}

TEST(Deb822SourcesTest, LeavesOutWhatIsDisabledOrSource) {
  for (const char* disabled : {"Enabled: no", "Enabled: False", "Enabled: 0", "Types: deb-src"}) {
    const std::string text = std::string("Types: deb\nURIs: http://a/\nSuites: sid\nComponents: main\n") + disabled;
    EXPECT_TRUE(ParseDeb822Sources(text).empty()) << disabled;
  }
  EXPECT_EQ(ParseDeb822Sources("Types: deb\nURIs: http://a/\nSuites: sid\nEnabled: yes\n").size(), 1U);
}

TEST(Deb822SourcesTest, KeepsAKeyThatStandsThere) {
  const std::vector<AptSource> sources = ParseDeb822Sources(
      "Types: deb\nURIs: http://a/\nSuites: sid\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n"
      " .\n abc\n");
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_EQ(sources[0].signed_by, "\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n.\nabc");
}

class AptSourcesTest : public ::testing::Test {
 protected:
  AptSourcesTest() {
    recipe_.apt.suites = {"bookworm", "bookworm-updates"};
    recipe_.apt.components = {"main"};
    recipe_.apt.mirrors = {"http://a/debian", "http://b/"};
    recipe_.apt.fingerprints = {"A", "B"};
  }
  Recipe recipe_;
};

TEST_F(AptSourcesTest, TakesEveryMirrorOfTheRecipe) {
  EXPECT_THAT(Describe(AptSources(recipe_).value()),
              ElementsAre("http://a/debian/ bookworm [A,B] main", "http://a/debian/ bookworm-updates [A,B] main",
                          "http://b/ bookworm [A,B] main", "http://b/ bookworm-updates [A,B] main"));
}

TEST_F(AptSourcesTest, TakesASnapshotInsteadOfTheMirrors) {
  recipe_.apt.snapshot_mirror = "http://s/{time}/debian";
  recipe_.apt.snapshot = "20261101T000000Z";
  EXPECT_THAT(Describe(AptSources(recipe_).value()),
              ElementsAre("http://s/20261101T000000Z/debian/ bookworm [A,B] main",
                          "http://s/20261101T000000Z/debian/ bookworm-updates [A,B] main"));
  EXPECT_EQ(SnapshotBase("http://s/", "20261101T000000Z"), "http://s/");
}

TEST_F(AptSourcesTest, SaysWhereASuiteIsToBeAdded) {
  recipe_.name = "small";
  recipe_.apt.host_sources = true;
  recipe_.apt.suite = "no-such-suite";
  recipe_.apt.suites = {"no-such-suite"};
  const Result<std::vector<AptSource>> sources = AptSources(recipe_);
  EXPECT_THAT(sources, testing::HasError(ErrorKind::kNotFound, "recipe small"));
  EXPECT_EQ(sources.error().hint.find("add no-such-suite to /etc/apt/sources.list.d"), 0U);
}

}  // namespace
}  // namespace hallmark
