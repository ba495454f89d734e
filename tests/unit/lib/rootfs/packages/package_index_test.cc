// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/package_index.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;

const std::string kDigest(64, 'a');

std::string Paragraph(const std::string& name, const std::string& version, const std::string& more = "") {
  return "Package: " + name + "\nVersion: " + version + "\nArchitecture: arm64\nSize: 100\nSHA256: " + kDigest +
         "\nFilename: ./pool/" + name + ".deb\n" + more + "\n";
}

TEST(PackageIndexTest, KeepsWhatIsWanted) {
  PackageIndex index;
  ASSERT_OK(index.Add(Paragraph("bash", "1") + Paragraph("bash", "2", "Essential: yes\n") + Paragraph("vim", "1"),
                      "bookworm", {{"bash", "2"}}));
  EXPECT_EQ(index.Find("bash", "1"), nullptr);
  EXPECT_EQ(index.Find("vim", "1"), nullptr);
  const IndexedPackage* bash = index.Find("bash", "2");
  ASSERT_NE(bash, nullptr);
  EXPECT_EQ(bash->architecture, "arm64");
  EXPECT_EQ(bash->sha256, kDigest);
  EXPECT_EQ(bash->path, "pool/bash.deb");
  EXPECT_EQ(bash->size, 100U);
  EXPECT_EQ(bash->suite, "bookworm");
  EXPECT_TRUE(bash->essential);
}

TEST(PackageIndexTest, TakesAPackageFromTheFirstIndexThatHasIt) {
  PackageIndex index;
  const std::set<PackageIndex::Key> wanted = {{"bash", "1"}};
  ASSERT_OK(index.Add(Paragraph("bash", "1"), "bookworm", wanted));
  ASSERT_OK(index.Add(Paragraph("bash", "1"), "bookworm-updates", wanted));
  EXPECT_EQ(index.Find("bash", "1")->suite, "bookworm");
}

TEST(PackageIndexTest, ReadsWhatAPackageDependsOn) {
  PackageIndex index;
  ASSERT_OK(index.Add(Paragraph("bash", "1",
                                "Pre-Depends: libc6 (>= 2.34)\nDepends: base-files:any, awk | mawk [!armhf],\n tzdata\n"
                                "Provides: sh (= 1), posix-shell\n"),
                      "bookworm", {{"bash", "1"}}));
  const IndexedPackage* bash = index.Find("bash", "1");
  ASSERT_NE(bash, nullptr);
  EXPECT_THAT(bash->depends, ElementsAre(ElementsAre("libc6"), ElementsAre("base-files"), ElementsAre("awk", "mawk"),
                                         ElementsAre("tzdata")));
  EXPECT_THAT(bash->provides, ElementsAre("sh", "posix-shell"));
}

std::vector<std::string> Closure(const std::vector<IndexedPackage>& packages) {
  std::vector<const IndexedPackage*> pointers;
  for (const IndexedPackage& package : packages) pointers.push_back(&package);
  return EssentialClosure(pointers);
}

TEST(EssentialClosureTest, FollowsDependenciesToWhatProvidesThem) {
  EXPECT_THAT(Closure({{.name = "bash", .essential = true, .depends = {{"libc6"}, {"awk"}}},
                       {.name = "libc6", .depends = {{"libgcc"}}},
                       {.name = "libgcc", .depends = {{"libc6"}}},
                       {.name = "mawk", .provides = {"awk"}},
                       {.name = "vim", .depends = {{"libc6"}}}}),
              ElementsAre("bash", "libc6", "libgcc", "mawk"));
}

TEST(EssentialClosureTest, TakesTheFirstOfAGroupThatIsThere) {
  EXPECT_THAT(Closure({{.name = "a", .essential = true, .depends = {{"absent", "c", "b"}, {"nowhere"}}},
                       {.name = "b"},
                       {.name = "c"}}),
              ElementsAre("a", "c"));
}

}  // namespace
}  // namespace hallmark
