// SPDX-License-Identifier: Apache-2.0
#include "signing/document/signed_directory.h"

#include <sys/stat.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::TempDir;
using testing::WriteFile;
using Presence = SignedDirectory::Presence;

class SignedDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WriteFile(dir_ / "d/a", "first");
    WriteFile(dir_ / "d/b", "second");
  }
  SignedDirectory Open() { return SignedDirectory::Open(dir_ / "d").value(); }
  TempDir dir_;
};

TEST_F(SignedDirectoryTest, GoesOnByItsDescriptor) {
  SignedDirectory directory = Open();
  fs::rename(dir_ / "d", dir_ / "elsewhere");
  WriteFile(dir_ / "d/a", "an impostor");
  WriteFile(dir_ / "d/c", "an impostor");
  ASSERT_OK_AND_ASSIGN(const std::string text, directory.ReadSmallFile("a", 100));
  EXPECT_EQ(text, "first");
  ASSERT_OK_AND_ASSIGN(const File file, directory.OpenFile("b"));
  EXPECT_EQ(file.Size().value(), 6U);
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> names, directory.Names());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
  EXPECT_THAT(directory.OpenFile("c"), HasError(ErrorKind::kNotFound, "d/c: No such file"));
  fs::remove_all(dir_ / "d");
  EXPECT_OK(directory.OpenFile("b"));
}

TEST_F(SignedDirectoryTest, ReadsASmallFileOnce) {
  SignedDirectory directory = Open();
  ASSERT_OK(directory.ReadSmallFile("a", 100));
  EXPECT_THAT(directory.ReadSmallFile("c", 100), HasError(ErrorKind::kNotFound, "c"));
  WriteFile(dir_ / "d/a", "changed");
  WriteFile(dir_ / "d/c", "has come");
  ASSERT_OK_AND_ASSIGN(const std::string text, directory.ReadSmallFile("a", 100));
  EXPECT_EQ(text, "first");
  EXPECT_THAT(directory.ReadSmallFile("c", 100), HasError(ErrorKind::kNotFound, "c"));
  ASSERT_OK_AND_ASSIGN(const std::string now, Open().ReadSmallFile("a", 100));
  EXPECT_EQ(now, "changed");
}

TEST_F(SignedDirectoryTest, EachReaderHasItsOwnLimit) {
  SignedDirectory directory = Open();
  EXPECT_THAT(directory.ReadSmallFile("a", 4), HasError(ErrorKind::kCorrupt, "a: larger than 4 bytes"));
  ASSERT_OK_AND_ASSIGN(const std::string text, directory.ReadSmallFile("a", 5));
  EXPECT_EQ(text, "first");
  EXPECT_THAT(directory.ReadSmallFile("a", 4), HasError(ErrorKind::kCorrupt, "a: larger than 4 bytes"));
}

TEST_F(SignedDirectoryTest, OpensRegularFilesAlone) {
  fs::create_symlink("a", dir_ / "d/link");
  fs::create_symlink("nowhere", dir_ / "d/dangling");
  fs::create_directory(dir_ / "d/directory");
  ASSERT_EQ(mkfifo((dir_ / "d/fifo").c_str(), 0600), 0);
  SignedDirectory directory = Open();
  for (const char* name : {"link", "dangling", "directory", "fifo"}) {
    const std::string text = std::string(name) + ": is not a regular file";
    EXPECT_THAT(directory.OpenFile(name), HasError(ErrorKind::kUnsupported, text));
    EXPECT_THAT(directory.OpenFile(name, O_RDWR), HasError(ErrorKind::kUnsupported, text));
    EXPECT_THAT(directory.ReadSmallFile(name, 100), HasError(ErrorKind::kUnsupported, text));
  }
}

TEST_F(SignedDirectoryTest, WritesNewFiles) {
  const SignedDirectory directory = Open();
  ASSERT_OK_AND_ASSIGN(const File file, directory.OpenFile("new", O_RDWR | O_CREAT));
  ASSERT_OK(file.WriteAt(0, AsBytes("x")));
  EXPECT_EQ(testing::ReadFile(dir_ / "d/new"), "x");
}

TEST_F(SignedDirectoryTest, OneThatDoesNotExistHasNoFiles) {
  ASSERT_OK_AND_ASSIGN(SignedDirectory directory, SignedDirectory::Open(dir_ / "nowhere"));
  EXPECT_EQ(directory.fd(), -1);
  EXPECT_THAT(directory.OpenFile("a"), HasError(ErrorKind::kNotFound, "nowhere/a: No such file or directory"));
  EXPECT_THAT(directory.ReadSmallFile("a", 1), HasError(ErrorKind::kNotFound, "nowhere/a"));
  EXPECT_THAT(directory.Names(), HasError(ErrorKind::kNotFound, "nowhere"));
  EXPECT_THAT(SignedDirectory::Open(dir_ / "d/a"), HasError(ErrorKind::kIo, "d/a: Not a directory"));
}

TEST_F(SignedDirectoryTest, TellsWhatIsMissingFromWhatIsWrong) {
  fs::create_directory(dir_ / "d/directory");
  SignedDirectory directory = Open();
  std::vector<Finding> findings;
  ASSERT_OK_AND_ASSIGN(std::optional<std::string> text, directory.ReadOrFind("a", 100, Presence::kRequired, findings));
  EXPECT_EQ(text, "first");
  EXPECT_OK(directory.ReadOrFind("c", 100, Presence::kOptional, findings));
  EXPECT_TRUE(findings.empty());
  for (const char* name : {"c", "directory", "b"}) {
    ASSERT_OK_AND_ASSIGN(text, directory.ReadOrFind(name, 5, Presence::kRequired, findings));
    EXPECT_FALSE(text.has_value()) << name;
  }
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(FindingText(findings[0]), "missing: c: is missing");
  EXPECT_EQ(FindingText(findings[1]), "not-a-file: directory: is not a regular file");
  EXPECT_EQ(FindingText(findings[2]), "malformed: b: is larger than it may be");
  ASSERT_OK_AND_ASSIGN(text, directory.ReadIfPresent("c", 100));
  EXPECT_FALSE(text.has_value());
  EXPECT_THAT(directory.ReadIfPresent("directory", 100),
              HasError(ErrorKind::kUnsupported, "directory: is not a regular"));
  // What the environment refuses says nothing of the file.
  EXPECT_THAT(UnopenedFinding(IoError("a: Input/output error"), "a"), HasError(ErrorKind::kIo, "Input/output error"));
}

}  // namespace
}  // namespace hallmark
