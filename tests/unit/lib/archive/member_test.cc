// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/member.h"

#include <archive_entry.h>
#include <fcntl.h>

#include <memory>

#include "lib/archive/file_reader.h"
#include "lib/archive/tar.h"
#include "lib/base/handle.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using Entry = std::unique_ptr<archive_entry, Deleter<archive_entry_free>>;

class ArchiveMemberTest : public ::testing::Test {
 protected:
  Result<std::string> Copy(const std::string& member, uint64_t limit = 100) {
    ASSIGN_OR_RETURN(const File file, File::OpenForReading(path_));
    ASSIGN_OR_RETURN(const File output, File::Open(directory_ / "copy", O_RDWR | O_CREAT | O_TRUNC));
    RETURN_IF_ERROR(CopyArchiveMember(file, member, output, limit));
    return ReadSmallFile(directory_ / "copy");
  }
  Result<void> WriteTarGz() {
    ASSIGN_OR_RETURN(const File file, File::Open(path_, O_RDWR | O_CREAT | O_TRUNC));
    ASSIGN_OR_RETURN(TarGzWriter writer, TarGzWriter::Create(file, 1000000000));
    RETURN_IF_ERROR(writer.Begin("one", 3));
    RETURN_IF_ERROR(writer.Write(AsBytes("abc")));
    RETURN_IF_ERROR(writer.Begin("directory/two", 0));
    return writer.Close();
  }
  /// Writes a plain archive with a file "one", a directory, and a symbolic and a hard link to the file.
  void WriteTar() {
    const ArchiveWriteHandle handle(archive_write_new());
    archive_write_set_format_ustar(handle.get());
    ASSERT_EQ(archive_write_open_filename(handle.get(), path_.c_str()), ARCHIVE_OK);
    const auto add = [&](const char* name, unsigned type, std::string_view content, bool hard_link) {
      const Entry entry(archive_entry_new());
      archive_entry_set_pathname(entry.get(), name);
      archive_entry_set_filetype(entry.get(), type);
      archive_entry_set_perm(entry.get(), 0644);
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
      if (type == AE_IFLNK) archive_entry_set_symlink(entry.get(), "one");
      if (hard_link) archive_entry_set_hardlink(entry.get(), "one");
      ASSERT_EQ(archive_write_header(handle.get(), entry.get()), ARCHIVE_OK);
      archive_write_data(handle.get(), content.data(), content.size());
    };
    add("one", AE_IFREG, "abc", false);
    add("directory", AE_IFDIR, "", false);
    add("link", AE_IFLNK, "", false);
    add("hard", AE_IFREG, "", true);
    ASSERT_EQ(archive_write_close(handle.get()), ARCHIVE_OK);
  }

  testing::TempDir directory_;
  std::filesystem::path path_ = directory_ / "a.tar.gz";
};

TEST_F(ArchiveMemberTest, CopiesOneMember) {
  ASSERT_OK(WriteTarGz());
  EXPECT_EQ(Copy("one").value(), "abc");
  EXPECT_EQ(Copy("one", 3).value(), "abc");
  EXPECT_EQ(Copy("directory/two").value(), "");
  EXPECT_THAT(Copy("absent"), HasError(ErrorKind::kNotFound, "a.tar.gz: no member absent"));
  EXPECT_THAT(Copy("one", 2), HasError(ErrorKind::kCorrupt, "a.tar.gz: one: more than 2 bytes"));
}

TEST_F(ArchiveMemberTest, CopiesRegularFilesAlone) {
  WriteTar();
  EXPECT_EQ(Copy("one").value(), "abc");
  for (const std::string name : {"directory/", "link", "hard"}) {
    EXPECT_THAT(Copy(name), HasError(ErrorKind::kCorrupt, "a.tar.gz: " + name + " is not a regular file"));
  }
}

TEST_F(ArchiveMemberTest, RefusesWhatIsDamaged) {
  ASSERT_OK(WriteTarGz());
  std::filesystem::resize_file(path_, 700);  // in the padding of the first member
  EXPECT_THAT(Copy("absent"), HasError(ErrorKind::kCorrupt, "a.tar.gz: "));
  testing::WriteFile(path_, "no archive");
  EXPECT_THAT(Copy("one"), HasError(ErrorKind::kCorrupt, "a.tar.gz: "));
}

}  // namespace
}  // namespace hallmark
