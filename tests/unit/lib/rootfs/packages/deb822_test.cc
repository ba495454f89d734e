// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/deb822.h"

#include "lib/base/file.h"
#include "lib/rootfs/packages/package_index.h"
#include "lib/rootfs/packages/release_file.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;

// deb822 itself has no wrong form; those who read a paragraph's fields have.
TEST(Deb822Test, GivesEveryMessage) {
  testing::CheckDataDirectory("deb822", [](const std::filesystem::path& input) -> Result<void> {
    ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(input));
    if (input.extension() == ".packages") return PackageIndex().Add(text, "bookworm", {{"bash", "1"}});
    RETURN_IF_ERROR(ParseReleaseFile(text));
    return {};
  });
}

std::vector<std::string> Values(std::string_view text, std::string_view field) {
  std::vector<std::string> values;
  ForEachParagraph(text, [&](const Deb822Paragraph& paragraph) { values.emplace_back(paragraph.Get(field)); });
  return values;
}

TEST(Deb822Test, VisitsParagraphs) {
  EXPECT_THAT(Values("A: 1\n\n\nA: 2\n \t\nA: 3", "A"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(Values("", "A"), ElementsAre());
  EXPECT_THAT(Values("\n\n", "A"), ElementsAre());
}

TEST(Deb822Test, TakesFieldsInAnyCase) {
  EXPECT_THAT(Values("pAcKage:  bash \r\n", "Package"), ElementsAre("bash"));
  EXPECT_THAT(Values("Package: bash\n", "Version"), ElementsAre(""));
}

TEST(Deb822Test, JoinsTheLinesOfAValue) {
  EXPECT_THAT(Values("A: one\n two\n\t three\nB: four\n", "A"), ElementsAre("one\ntwo\nthree"));
}

TEST(Deb822Test, PassesOverCommentsAndOtherLines) {
  EXPECT_THAT(Values("# A: 0\nno field\nA: 1\n# within\n two\n", "A"), ElementsAre("1\ntwo"));
  EXPECT_THAT(Values(" goes on from nothing\nA: 1\n", "A"), ElementsAre("1"));
}

TEST(Deb822Test, TakesTheLastOfAField) { EXPECT_THAT(Values("A: 1\nA: 2\n", "a"), ElementsAre("2")); }

}  // namespace
}  // namespace hallmark
