// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/tar.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <utility>

#include "lib/archive/file_reader.h"

namespace hallmark {
namespace {

using Entry = std::unique_ptr<archive_entry, Deleter<archive_entry_free>>;

constexpr mode_t kMode = 0644;

}  // namespace

struct TarGzWriter::State {
  explicit State(const File& file, uint64_t time) : output(file), mtime(time) {}

  static la_ssize_t Append(archive* handle, void* user, const void* bytes, size_t length) {
    auto& state = *static_cast<State*>(user);
    const Result<void> written = state.output.WriteAt(state.position, {static_cast<const uint8_t*>(bytes), length});
    if (!written.ok()) {
      archive_set_error(handle, EIO, "%s", written.error().message.c_str());
      state.failure = written;
      return -1;
    }
    state.position += length;
    return static_cast<la_ssize_t>(length);
  }
  /// The error of the output file if there is one (it has the right kind), else libarchive's.
  [[nodiscard]] Error Failed() const {
    if (!failure.ok()) return failure.error();
    return IoError(output.path() + ": " + ArchiveErrorText(handle.get()));
  }

  const File& output;
  uint64_t mtime;
  uint64_t position = 0;
  Result<void> failure;
  ArchiveWriteHandle handle{archive_write_new()};  // last member, so that it is closed while the others still exist
};

TarGzWriter::TarGzWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarGzWriter::TarGzWriter(TarGzWriter&&) noexcept = default;
TarGzWriter::~TarGzWriter() = default;

Result<TarGzWriter> TarGzWriter::Create(const File& output, uint64_t mtime) {
  auto state = std::make_unique<State>(output, mtime);
  archive* const h = state->handle.get();
  if (archive_write_set_format_pax_restricted(h) != ARCHIVE_OK || archive_write_add_filter_gzip(h) != ARCHIVE_OK ||
      archive_write_set_options(h, "gzip:!timestamp,gzip:compression-level=0") != ARCHIVE_OK ||
      archive_write_open(h, state.get(), nullptr, State::Append, nullptr) != ARCHIVE_OK) {
    return state->Failed();
  }
  return TarGzWriter(std::move(state));
}

Result<void> TarGzWriter::Begin(const std::string& name, uint64_t size) {
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), kMode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_mtime(entry.get(), static_cast<time_t>(state_->mtime), 0);
  if (archive_write_header(state_->handle.get(), entry.get()) != ARCHIVE_OK) return state_->Failed();
  return {};
}

Result<void> TarGzWriter::Write(ByteSpan bytes) {
  while (!bytes.empty()) {
    const la_ssize_t written = archive_write_data(state_->handle.get(), bytes.data(), bytes.size());
    if (written <= 0) return state_->Failed();
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

Result<void> TarGzWriter::Close() {
  if (archive_write_close(state_->handle.get()) != ARCHIVE_OK) return state_->Failed();
  return {};
}

struct TarGzReader::State {
  State(const File& archive_file, uint64_t size) : file(archive_file), reader(archive_file, 0, size) {}
  [[nodiscard]] Error Failed() const { return CorruptError(file.path() + ": " + ArchiveErrorText(handle.get())); }

  const File& file;
  FileReader reader;
  ArchiveReadHandle handle{archive_read_new()};
};

TarGzReader::TarGzReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarGzReader::TarGzReader(TarGzReader&&) noexcept = default;
TarGzReader::~TarGzReader() = default;

Result<TarGzReader> TarGzReader::Open(const File& archive_file) {
  ASSIGN_OR_RETURN(const uint64_t size, archive_file.Size());
  auto state = std::make_unique<State>(archive_file, size);
  archive* const h = state->handle.get();
  archive_read_support_filter_gzip(h);
  archive_read_support_format_tar(h);
  if (state->reader.Open(h) != ARCHIVE_OK) return state->Failed();
  return TarGzReader(std::move(state));
}

Result<std::optional<TarGzReader::Member>> TarGzReader::Next() {
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(state_->handle.get(), &entry);
  if (status == ARCHIVE_EOF) return std::optional<Member>();
  if (status != ARCHIVE_OK) return state_->Failed();
  const char* const name = archive_entry_pathname(entry);
  Member member{.name = name != nullptr ? name : ""};
  member.regular = archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr &&
                   archive_entry_symlink(entry) == nullptr;
  if (archive_entry_size(entry) < 0) return CorruptError(state_->file.path() + ": a member of negative size");
  member.size = static_cast<uint64_t>(archive_entry_size(entry));
  return std::optional(std::move(member));
}

Result<size_t> TarGzReader::Read(MutableByteSpan buffer) {
  const la_ssize_t length = archive_read_data(state_->handle.get(), buffer.data(), buffer.size());
  if (length < 0) return state_->Failed();
  return static_cast<size_t>(length);
}

}  // namespace hallmark
