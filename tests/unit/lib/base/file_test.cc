// SPDX-License-Identifier: Apache-2.0
#include "lib/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;
using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;

size_t CountEntries(const std::filesystem::path& directory) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(AtomicFileTest, HasNoNameUntilCommit) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(AtomicFile output, AtomicFile::Create(dir / "out", 0640));
  ASSERT_OK(output.file().WriteAt(0, AsBytes("new")));
  EXPECT_EQ(CountEntries(dir.path()), 0);
  ASSERT_OK(output.Commit());
  EXPECT_EQ(ReadFile(dir / "out"), "new");
  EXPECT_EQ(CountEntries(dir.path()), 1);
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(dir / "out"));
  ASSERT_OK_AND_ASSIGN(const struct stat status, file.Stat());
  EXPECT_EQ(status.st_mode & 07777, 0640);
}

TEST(AtomicFileTest, KeepsTheOldFileWhenAbandonedOrKilled) {
  const TempDir dir;
  WriteFile(dir / "out", "old");
  const pid_t child = fork();
  if (child == 0) {
    auto output = AtomicFile::Create(dir / "out");
    (void)output->file().WriteAt(0, AsBytes("half"));
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_EQ(ReadFile(dir / "out"), "old");
  EXPECT_EQ(CountEntries(dir.path()), 1);
}

TEST(AtomicFileTest, ReplacesAnExistingFile) {
  const TempDir dir;
  WriteFile(dir / "out", "something longer than the new text");
  ASSERT_OK(WriteFileAtomically(dir / "out", AsBytes("new")));
  EXPECT_EQ(ReadFile(dir / "out"), "new");
}

TEST(AtomicFileTest, TakesNamesAsLongAsTheyMayBe) {
  const TempDir dir;
  std::string umlauts = "x";
  for (int i = 0; i < 127; ++i) umlauts += "\u00fc";
  for (const std::string& name : {std::string(255, 'n'), umlauts}) {
    ASSERT_OK(WriteFileAtomically(dir / name, AsBytes("new")));
    EXPECT_EQ(ReadFile(dir / name), "new");
  }
  EXPECT_EQ(CountEntries(dir.path()), 2);
  EXPECT_THAT(WriteFileAtomically(dir / std::string(256, 'n'), AsBytes("new")), HasError(ErrorKind::kIo, "too long"));
}

TEST(AtomicFileTest, TakesThePlaceOfFilesAlone) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "directory");
  ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", dir / "link");
  EXPECT_THAT(AtomicFile::Create(dir / "directory"), HasError(ErrorKind::kUsage, "is a directory"));
  EXPECT_THAT(AtomicFile::Create(dir / "pipe"), HasError(ErrorKind::kUsage, "is not a regular file"));
  EXPECT_THAT(AtomicFile::Create(dir / "link"), HasError(ErrorKind::kUsage, "is not a regular file"));
  EXPECT_THAT(AtomicFile::Create(""), HasError(ErrorKind::kUsage, "an empty name: does not name a file to write"));
  EXPECT_EQ(CountEntries(dir.path()), 3);
}

TEST(AtomicFileTest, ReplacesWhatCameMeanwhile) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(AtomicFile output, AtomicFile::Create(dir / "out"));
  ASSERT_OK(output.file().WriteAt(0, AsBytes("new")));
  WriteFile(dir / "out", "meanwhile");
  ASSERT_OK(output.Commit());
  EXPECT_EQ(ReadFile(dir / "out"), "new");
  EXPECT_EQ(CountEntries(dir.path()), 1);
}

TEST(AtomicFileTest, NamesTheFileItCannotCreate) {
  EXPECT_THAT(AtomicFile::Create("/nonexistent/out"), HasError(ErrorKind::kNotFound, "/nonexistent/out"));
}

TEST(FileTest, ShortFileIsCorrupt) {
  const TempDir dir;
  WriteFile(dir / "f", "abc");
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(dir / "f"));
  std::array<uint8_t, 4> buffer{};
  EXPECT_THAT(file.ReadAt(0, buffer), HasError(ErrorKind::kCorrupt, "ends at byte 3"));
  ASSERT_OK_AND_ASSIGN(const size_t n, file.ReadUpTo(1, buffer));
  EXPECT_EQ(n, 2);
}

TEST(FileTest, FindsDataBetweenHoles) {
  const TempDir dir;
  WriteFile(dir / "f", "");
  ASSERT_OK_AND_ASSIGN(const File file, File::Open(dir / "f", O_RDWR));
  ASSERT_OK(file.Truncate(1 << 20));
  ASSERT_OK(file.WriteAt(512 << 10, AsBytes("x")));
  ASSERT_OK_AND_ASSIGN(const std::vector<DataRange> ranges, DataRanges(file));
  ASSERT_EQ(ranges.size(), 1);
  EXPECT_LE(ranges[0].offset, 512 << 10);
  EXPECT_LT(ranges[0].length, 1 << 20);
}

TEST(FileTest, ReadsAFileOfManyPages) {
  const TempDir dir;
  std::string content;
  for (int i = 0; content.size() < 5'000'000; ++i) content += std::to_string(i);
  WriteFile(dir / "f", content);
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadSmallFile(dir / "f"));
  EXPECT_EQ(text, content);
}

TEST(FileTest, SmallFileLimitHolds) {
  const TempDir dir;
  WriteFile(dir / "f", std::string(100, 'x'));
  EXPECT_THAT(ReadSmallFile(dir / "f", 99), HasError(ErrorKind::kCorrupt, "larger than 99 bytes"));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadSmallFile(dir / "f", 100));
  EXPECT_EQ(text.size(), 100);
}

TEST(FileLockTest, SecondOwnerIsRefusedUntilTheFirstIsGone) {
  const TempDir dir;
  {
    ASSERT_OK_AND_ASSIGN(const FileLock lock, FileLock::TryAcquireDirectory(dir.path()));
    EXPECT_THAT(FileLock::TryAcquireDirectory(dir.path()), HasError(ErrorKind::kIo, "in use by another process"));
  }
  EXPECT_OK(FileLock::TryAcquireDirectory(dir.path()));
}

}  // namespace
}  // namespace hallmark
