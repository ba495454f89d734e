// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/member.h"

#include <archive.h>
#include <archive_entry.h>

#include "lib/archive/file_reader.h"

namespace hallmark {

Result<void> CopyArchiveMember(const File& archive_file, const std::string& member, const File& output,
                               uint64_t limit) {
  ASSIGN_OR_RETURN(const uint64_t archive_size, archive_file.Size());
  FileReader reader(archive_file, 0, archive_size);
  const ArchiveReadHandle handle(archive_read_new());
  archive* const h = handle.get();
  archive_read_support_filter_all(h);
  archive_read_support_format_tar(h);
  const auto failed = [&] { return CorruptError(archive_file.path() + ": " + ArchiveErrorText(h)); };
  if (reader.Open(h) != ARCHIVE_OK) return failed();

  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(h, &entry)) == ARCHIVE_OK) {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr || name != member) continue;
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
      return CorruptError(archive_file.path() + ": " + member + " is not a regular file");
    }
    ByteVector buffer(1 << 20);
    for (uint64_t total = 0;;) {
      const la_ssize_t length = archive_read_data(h, buffer.data(), buffer.size());
      if (length < 0) return failed();
      if (length == 0) return {};
      RETURN_IF_ERROR(output.WriteAt(total, ByteSpan(buffer).first(static_cast<size_t>(length))));
      total += static_cast<uint64_t>(length);
      if (total > limit) {
        return CorruptError(archive_file.path() + ": " + member + ": more than " + std::to_string(limit) + " bytes");
      }
    }
  }
  if (status != ARCHIVE_EOF) return failed();
  return NotFoundError(archive_file.path() + ": no member " + member);
}

}  // namespace hallmark
