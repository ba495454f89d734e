// SPDX-License-Identifier: Apache-2.0
#include "lib/base/output_directory.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;

Result<void> NothingToFinish(const fs::path&) { return {}; }
bool MayReplace(const fs::path&) { return true; }

class OutputDirectoryTest : public ::testing::Test {
 protected:
  /// How many entries, hidden ones too, the parent of the output has.
  [[nodiscard]] long Entries() const { return std::distance(fs::directory_iterator(top_.path()), {}); }

  testing::TempDir top_;
  fs::path out_ = top_ / "out";
};

TEST_F(OutputDirectoryTest, AppearsWholeAtCommit) {
  ASSERT_OK_AND_ASSIGN(auto output, OutputDirectory::Create(top_ / "out/", IsEmptyDirectory));
  ASSERT_OK(output.Write("a", AsBytes("one")));
  ASSERT_OK_AND_ASSIGN(const File* file, output.NewFile("b"));
  EXPECT_EQ(file->path(), (out_ / "b").string());
  EXPECT_EQ(Entries(), 0);
  ASSERT_OK(output.Commit([&](const fs::path& hidden) {
    EXPECT_EQ(testing::ReadFile(hidden / "a"), "one");
    EXPECT_FALSE(fs::exists(out_));
    return file->WriteAt(0, AsBytes("two"));
  }));
  EXPECT_EQ(testing::ReadFile(out_ / "a"), "one");
  EXPECT_EQ(testing::ReadFile(out_ / "b"), "two");
  EXPECT_EQ(fs::status(out_).permissions(), fs::perms(0755));
  EXPECT_EQ(fs::status(out_ / "a").permissions(), fs::perms(0644));
  EXPECT_EQ(Entries(), 1);
}

TEST_F(OutputDirectoryTest, LeavesNothingWhereItFails) {
  {
    ASSERT_OK_AND_ASSIGN(auto output, OutputDirectory::Create(out_, IsEmptyDirectory));
    ASSERT_OK(output.Write("a", AsBytes("one")));
    EXPECT_THAT(output.Commit([](const fs::path&) { return IoError("no key"); }), HasError(ErrorKind::kIo, "no key"));
  }
  EXPECT_EQ(Entries(), 0);
}

TEST_F(OutputDirectoryTest, ReplacesOnlyWhatItMay) {
  testing::WriteFile(out_ / "old", "before");
  EXPECT_THAT(OutputDirectory::Create(out_, IsEmptyDirectory),
              HasError(ErrorKind::kUsage, out_.string() + " exists already, and is not what may be replaced"));
  ASSERT_OK_AND_ASSIGN(auto output, OutputDirectory::Create(out_, MayReplace));
  ASSERT_OK(output.Write("new", AsBytes("after")));
  EXPECT_EQ(testing::ReadFile(out_ / "old"), "before");
  ASSERT_OK(output.Commit(NothingToFinish));
  EXPECT_EQ(testing::ReadFile(out_ / "new"), "after");
  EXPECT_FALSE(fs::exists(out_ / "old"));
  EXPECT_EQ(Entries(), 1);
}

TEST_F(OutputDirectoryTest, SparesWhatAppearedMeanwhile) {
  ASSERT_OK_AND_ASSIGN(auto output, OutputDirectory::Create(out_, MayReplace));
  testing::WriteFile(out_ / "other", "theirs");
  EXPECT_THAT(output.Commit(NothingToFinish),
              HasError(ErrorKind::kUsage, out_.string() + ": has come to hold something meanwhile"));
  EXPECT_EQ(testing::ReadFile(out_ / "other"), "theirs");
}

TEST_F(OutputDirectoryTest, GoesWhereTheKernelWouldGo) {
  EXPECT_THAT(OutputDirectory::Create("", MayReplace), HasError(ErrorKind::kUsage, "a directory's name is empty"));
  fs::create_directories(top_ / "far/inner");
  fs::create_directory_symlink("far/inner", top_ / "link");
  // The parent of where the link leads, and not the parent of the link.
  ASSERT_OK_AND_ASSIGN(auto output, OutputDirectory::Create(top_ / "link/../out", MayReplace));
  ASSERT_OK(output.Commit(NothingToFinish));
  EXPECT_TRUE(fs::is_directory(top_ / "far/out"));
}

TEST_F(OutputDirectoryTest, KnowsAnEmptyDirectory) {
  fs::create_directory(out_);
  fs::create_directory_symlink("out", top_ / "link");
  EXPECT_TRUE(IsEmptyDirectory(out_));
  EXPECT_FALSE(IsEmptyDirectory(top_ / "link"));
  EXPECT_FALSE(IsEmptyDirectory(top_ / "absent"));
  testing::WriteFile(out_ / "a", "");
  EXPECT_FALSE(IsEmptyDirectory(out_));
  EXPECT_FALSE(IsEmptyDirectory(out_ / "a"));
}

}  // namespace
}  // namespace hallmark
