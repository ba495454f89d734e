// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/file_reader.h"

#include <archive_entry.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

/// Has libarchive read a part of a file as it is.
Result<std::string> ReadPart(const File& file, uint64_t offset, uint64_t length) {
  FileReader reader(file, offset, length);
  const ArchiveReadHandle handle(archive_read_new());
  archive_read_support_format_raw(handle.get());
  archive_entry* entry = nullptr;
  if (reader.Open(handle.get()) != ARCHIVE_OK || archive_read_next_header(handle.get(), &entry) != ARCHIVE_OK) {
    return CorruptError(ArchiveErrorText(handle.get()));
  }
  std::string text(length + 1, '\0');
  const la_ssize_t size = archive_read_data(handle.get(), text.data(), text.size());
  if (size < 0) return CorruptError(ArchiveErrorText(handle.get()));
  text.resize(static_cast<size_t>(size));
  return text;
}

TEST(FileReaderTest, ReadsItsPartAlone) {
  const testing::TempDir directory;
  std::string content;
  for (uint32_t i = 0; content.size() < (3U << 20) + 7; ++i) content += std::to_string(i);
  testing::WriteFile(directory / "a", content);
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(directory / "a"));
  EXPECT_EQ(ReadPart(file, 10, 3).value(), content.substr(10, 3));
  // Over the size of one step, which is 1 MiB.
  EXPECT_TRUE(ReadPart(file, 5, (3 << 20) + 1).value() == content.substr(5, (3 << 20) + 1));
}

TEST(FileReaderTest, SaysWhereTheFileEnds) {
  const testing::TempDir directory;
  testing::WriteFile(directory / "a", "abcdef");
  ASSERT_OK_AND_ASSIGN(const File file, File::OpenForReading(directory / "a"));
  EXPECT_THAT(ReadPart(file, 4, 3), HasError(ErrorKind::kCorrupt, (directory / "a").string() + ": ends at byte 6"));
}

TEST(ArchiveErrorTextTest, AddsTheCauseThatLibarchiveLeavesOut) {
  const ArchiveReadHandle handle(archive_read_new());
  const auto text = [&](int number, const char* message) {
    archive_set_error(handle.get(), number, "%s", message);
    return ArchiveErrorText(handle.get());
  };
  EXPECT_EQ(ArchiveErrorText(handle.get()), "unknown error");
  EXPECT_EQ(text(ENOSPC, "Write error"), "Write error: No space left on device");
  EXPECT_EQ(text(ENOENT, "a: No such file or directory"), "a: No such file or directory");
  for (const int own : {-1, EINVAL, EILSEQ}) EXPECT_EQ(text(own, "Damaged tar archive"), "Damaged tar archive");
}

}  // namespace
}  // namespace hallmark
