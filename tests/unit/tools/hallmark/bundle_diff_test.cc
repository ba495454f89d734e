// SPDX-License-Identifier: Apache-2.0
#include "tools/hallmark/bundle_diff.h"

#include "tests/support/captured_output.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/rootfs/inspect/sample_filesystem.h"

namespace hallmark {
namespace {

using Area = Difference::Area;
using Lines = std::vector<std::string>;
using testing::HasError;
using testing::WriteFile;

/// Two directories with the same image.
class BundleDiffTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FileTree tree;
    tree.Compact();
    std::filesystem::create_directory(first);
    testing::WriteSampleFilesystem(tree, first / "rootfs.img");
    std::filesystem::copy(first, second);
  }
  [[nodiscard]] Lines Diff() const {
    const Result<Differences> differences = DiffBundles(first, second);
    EXPECT_OK(differences);
    Lines lines;
    for (const Difference& difference : *differences) lines.push_back(FormatDifference(difference));
    return lines;
  }
  /// The differences between these texts as a file NAME.
  [[nodiscard]] Lines DiffTexts(std::string_view name, std::string_view before, std::string_view after) const {
    WriteFile(first / name, before);
    WriteFile(second / name, after);
    return Diff();
  }

  testing::TempDir dir;
  const std::filesystem::path first = dir / "first";
  const std::filesystem::path second = dir / "second";
};

TEST_F(BundleDiffTest, NamesMembersOfJson) {
  EXPECT_EQ(
      DiffTexts("a.json", R"({"x": 1, "y": [1, {"z": "u"}], "k": null})", R"({"x": 2, "y": [1, {"z": "v"}]})"),
      (Lines{"bundle a.json: /k: null | absent", "bundle a.json: /x: 1 | 2", "bundle a.json: /y/1/z: \"u\" | \"v\""}));
  EXPECT_EQ(DiffTexts("a.json", "[1]", "[1, 2]"), Lines{"bundle a.json: /: [1] | [1,2]"});
}

TEST_F(BundleDiffTest, ComparesOtherFilesByByte) {
  EXPECT_EQ(DiffTexts("vmlinuz", "kernel", "kernel"), Lines{});
  EXPECT_EQ(DiffTexts("vmlinuz", "kernel", "kernal"), Lines{"bundle vmlinuz: content: differs from byte 4"});
  EXPECT_EQ(DiffTexts("vmlinuz", "kernel", "kern"),
            (Lines{"bundle vmlinuz: size: 6 | 4", "bundle vmlinuz: content: differs from byte 4"}));
  std::filesystem::remove(first / "vmlinuz");
  EXPECT_EQ(Diff(), Lines{"bundle vmlinuz: presence: absent | there"});
  std::filesystem::remove(second / "vmlinuz");
  // The same JSON with other blanks, and what is no JSON.
  EXPECT_EQ(DiffTexts("a.json", "[1]", "[ ]").size(), 1U);
  EXPECT_EQ(DiffTexts("a.json", "[1]", "[1] "),
            (Lines{"bundle a.json: size: 3 | 4", "bundle a.json: content: differs from byte 3"}));
  EXPECT_EQ(DiffTexts("a.json", "[1", "[2"), Lines{"bundle a.json: content: differs from byte 1"});
}

TEST_F(BundleDiffTest, OfAnImageAndABundleOnlyTheImagesCount) {
  WriteFile(second / "vmlinuz", "kernel");
  ASSERT_OK_AND_ASSIGN(const Differences none, DiffBundles(first / "rootfs.img", second));
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(Diff(), Lines{"bundle vmlinuz: presence: absent | there"});
  std::filesystem::remove(first / "rootfs.img");
  EXPECT_THAT(DiffBundles(first, second), HasError(ErrorKind::kNotFound, "rootfs.img"));
}

TEST(DifferencesTest, AsTextJsonAndStatus) {
  const Differences one = {{Area::kBundle, "a\n", "size", "1", "2"}};
  const Differences two = {one[0], {Area::kFile, "/b", "mode", "0644", "0600"}};
  const auto text = [](const Differences& differences) {
    testing::CapturedOutput captured;
    PrintDifferences(differences, captured.output());
    return captured.results();
  };
  EXPECT_EQ(text({}), "identical\n");
  EXPECT_EQ(text(one), "bundle a\\x0a: size: 1 | 2\n1 difference\n");
  EXPECT_EQ(text(two), "bundle a\\x0a: size: 1 | 2\nfile /b: mode: 0644 | 0600\n2 differences\n");
  EXPECT_EQ(DifferencesJson({}).Text(), R"({"identical":true,"differences":[]})");
  EXPECT_EQ(DifferencesJson({two[1]}).Text(), R"({"identical":false,"differences":[{"area":"file","name":"/b",)"
                                              R"("attribute":"mode",)"
                                              R"("first":"0644","second":"0600"}]})");
  EXPECT_EQ(DifferencesStatus({}), 0);
  EXPECT_EQ(DifferencesStatus(one), 3);
}

}  // namespace
}  // namespace hallmark
