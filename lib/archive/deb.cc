// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/deb.h"

#include <archive.h>
#include <archive_entry.h>

#include <charconv>
#include <cstdio>

#include "lib/archive/file_reader.h"
#include "lib/base/printable.h"

namespace hallmark {
namespace {

constexpr std::string_view kMagic = "!<arch>\n";
constexpr size_t kStep = 1 << 20;
// deb(5) has three members; dpkg ignores any that follow.
constexpr int kMaxMembers = 64;

/// ar(5), the common format: text, padded with blanks.
struct ArHeader {
  char name[16];
  char time[12];
  char uid[6];
  char gid[6];
  char mode[8];
  char size[10];
  char end[2];
};
static_assert(sizeof(ArHeader) == 60);

template <size_t N>
std::string_view Field(const char (&field)[N]) {
  const std::string_view text(field, N);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

Result<uint64_t> ParseNumber(std::string_view text, std::string_view what) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return CorruptError(std::string(what) + " '" + Printable(text) + "' is not a number");
  }
  return number;
}

/// Decompresses the content of a member into `plain` at `position`; returns the number of bytes written.
Result<uint64_t> DecompressMember(const File& deb, const Deb::Member& member, const File& plain, uint64_t position) {
  const auto failed = [&](archive* h) {
    return CorruptError(deb.path() + ": " + member.name + ": " + ArchiveErrorText(h));
  };
  FileReader reader(deb, member.offset, member.size);
  const ArchiveReadHandle handle(archive_read_new());
  archive* const h = handle.get();
  archive_read_support_filter_all(h);
  archive_read_support_format_raw(h);
  if (reader.Open(h) != ARCHIVE_OK) return failed(h);
  archive_entry* entry = nullptr;
  if (archive_read_next_header(h, &entry) != ARCHIVE_OK) return failed(h);
  ByteVector buffer(kStep);
  uint64_t total = 0;
  while (true) {
    const la_ssize_t length = archive_read_data(h, buffer.data(), buffer.size());
    if (length < 0) return failed(h);
    if (length == 0) return total;
    RETURN_IF_ERROR(plain.WriteAt(position + total, ByteSpan(buffer).first(static_cast<size_t>(length))));
    total += static_cast<uint64_t>(length);
  }
}

/// Writes ar members one after the other. The caller writes the content first; the header follows once the size is
/// known.
class ArWriter {
 public:
  explicit ArWriter(const File& file) : file_(file) {}

  Result<void> Begin() {
    RETURN_IF_ERROR(file_.WriteAt(0, AsBytes(kMagic)));
    position_ = kMagic.size();
    return {};
  }
  [[nodiscard]] uint64_t ContentStart() const { return position_ + sizeof(ArHeader); }
  /// The caller has written the content, `size` bytes, at ContentStart() before.
  Result<void> Member(std::string_view name, uint64_t size) {
    char text[sizeof(ArHeader) + 1];
    std::snprintf(text, sizeof text, "%-16s%-12d%-6d%-6d%-8s%-10llu`\n", std::string(name).c_str(), 0, 0, 0, "100644",
                  static_cast<unsigned long long>(size));
    if (size > 9999999999) return UnsupportedError("a package member of more than ten digits of bytes");
    RETURN_IF_ERROR(file_.WriteAt(position_, AsBytes(std::string_view(text, sizeof(ArHeader)))));
    position_ += sizeof(ArHeader) + size;
    if (size % 2 != 0) RETURN_IF_ERROR(file_.WriteAt(position_++, AsBytes("\n")));
    return {};
  }

 private:
  const File& file_;
  uint64_t position_ = 0;
};

}  // namespace

Result<Deb> ReadDeb(const File& deb) {
  const auto corrupt = [&](const std::string& what) {
    return CorruptError(deb.path() + ": not a Debian package: " + what);
  };
  ASSIGN_OR_RETURN(const uint64_t file_size, deb.Size());
  char magic[8];
  if (file_size < sizeof magic) return corrupt("too short");
  RETURN_IF_ERROR(deb.ReadAt(0, {reinterpret_cast<uint8_t*>(magic), sizeof magic}));
  if (std::string_view(magic, sizeof magic) != kMagic) return corrupt("not an ar archive");

  Deb result;
  uint64_t position = kMagic.size();
  for (int index = 0; index < kMaxMembers && position + sizeof(ArHeader) <= file_size; ++index) {
    ArHeader header;
    RETURN_IF_ERROR(deb.ReadAt(position, {reinterpret_cast<uint8_t*>(&header), sizeof header}));
    if (std::string_view(header.end, 2) != "`\n") return corrupt("a damaged ar header");
    ASSIGN_OR_RETURN(const uint64_t size,
                     ParseNumber(Field(header.size), deb.path() + ": not a Debian package: the size of an ar member"));
    position += sizeof(ArHeader);
    if (size > file_size - position) return corrupt("it ends within a member");
    std::string name(Field(header.name));
    if (name.ends_with('/')) name.pop_back();  // GNU ar ends names with a slash
    if (index == 0 && name != "debian-binary") return corrupt("its first member is not debian-binary");
    if (name.starts_with("control.tar") && result.control.name.empty()) result.control = {name, position, size};
    if (name.starts_with("data.tar") && result.data.name.empty()) result.data = {name, position, size};
    position += size + size % 2;
  }
  if (result.control.name.empty()) return corrupt("no control.tar");
  if (result.data.name.empty()) return corrupt("no data.tar");
  return result;
}

Result<void> RepackDebUncompressed(const File& deb, const File& plain) {
  constexpr std::string_view kFormat = "2.0\n";
  ASSIGN_OR_RETURN(const Deb members, ReadDeb(deb));
  ArWriter writer(plain);
  RETURN_IF_ERROR(writer.Begin());
  RETURN_IF_ERROR(plain.WriteAt(writer.ContentStart(), AsBytes(kFormat)));
  RETURN_IF_ERROR(writer.Member("debian-binary", kFormat.size()));
  for (const auto& [member, name] : {std::pair{&members.control, "control.tar"}, {&members.data, "data.tar"}}) {
    ASSIGN_OR_RETURN(const uint64_t size, DecompressMember(deb, *member, plain, writer.ContentStart()));
    RETURN_IF_ERROR(writer.Member(name, size));
  }
  return {};
}

Result<void> ExtractDeb(const File& deb, const std::filesystem::path& tree) {
  ASSIGN_OR_RETURN(const Deb members, ReadDeb(deb));
  FileReader reader(deb, members.data.offset, members.data.size);
  const ArchiveReadHandle read_handle(archive_read_new());
  archive* const from = read_handle.get();
  archive_read_support_filter_all(from);
  archive_read_support_format_tar(from);
  const auto failed = [&](archive* h) {
    return IoError(deb.path() + ": extracting to " + tree.string() + ": " + ArchiveErrorText(h));
  };
  if (reader.Open(from) != ARCHIVE_OK) return failed(from);

  const ArchiveWriteHandle writer(archive_write_disk_new());
  archive* const to = writer.get();
  archive_write_disk_set_options(to, ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                         ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_SECURE_NODOTDOT);
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(from, &entry)) == ARCHIVE_OK) {
    archive_entry_set_pathname(entry, (tree.string() + "/" + archive_entry_pathname(entry)).c_str());
    if (const char* target = archive_entry_hardlink(entry); target != nullptr) {
      archive_entry_set_hardlink(entry, (tree.string() + "/" + target).c_str());
    }
    // Numbers, not names: the builder's user database is not the tree's.
    archive_entry_set_uname(entry, nullptr);
    archive_entry_set_gname(entry, nullptr);
    if (archive_read_extract2(from, entry, to) != ARCHIVE_OK) return failed(from);
  }
  if (status != ARCHIVE_EOF) return failed(from);
  if (archive_write_close(to) != ARCHIVE_OK) return failed(to);
  return {};
}

}  // namespace hallmark
