// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/filter.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "lib/archive/file_reader.h"
#include "lib/base/handle.h"

namespace hallmark {
namespace {

using Entry = std::unique_ptr<archive_entry, Deleter<archive_entry_free>>;

constexpr size_t kStep = 1 << 20;
// 12 is where zstd's ratio on kernel modules flattens out; decompression costs the same at every level.
constexpr const char* kOptions = "gzip:!timestamp,gzip:compression-level=9";
constexpr const char* kZstdOptions = "zstd:compression-level=12";

la_ssize_t Append(archive*, void* output, const void* bytes, size_t length) {
  auto& vector = *static_cast<ByteVector*>(output);
  const auto* start = static_cast<const uint8_t*>(bytes);
  vector.insert(vector.end(), start, start + length);
  return static_cast<la_ssize_t>(length);
}

}  // namespace

Result<ByteVector> Compress(ByteSpan bytes, Filter filter) {
  ByteVector output;
  const ArchiveWriteHandle handle(archive_write_new());
  archive* const h = handle.get();
  const bool zstd = filter == Filter::kZstd;
  const auto failed = [&] { return IoError((zstd ? "zstd: " : "gzip: ") + ArchiveErrorText(h)); };
  if (archive_write_set_format_raw(h) != ARCHIVE_OK ||
      (zstd ? archive_write_add_filter_zstd(h) : archive_write_add_filter_gzip(h)) != ARCHIVE_OK ||
      archive_write_set_options(h, zstd ? kZstdOptions : kOptions) != ARCHIVE_OK) {
    return failed();
  }
  archive_write_set_bytes_in_last_block(h, 1);  // no padding
  if (archive_write_open(h, &output, nullptr, Append, nullptr) != ARCHIVE_OK) return failed();
  const Entry entry(archive_entry_new());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  if (archive_write_header(h, entry.get()) != ARCHIVE_OK) return failed();
  for (size_t offset = 0; offset < bytes.size();) {
    const la_ssize_t written = archive_write_data(h, bytes.data() + offset, bytes.size() - offset);
    if (written <= 0) return failed();
    offset += static_cast<size_t>(written);
  }
  if (archive_write_close(h) != ARCHIVE_OK) return failed();
  return output;
}

Result<ByteVector> Decompress(ByteSpan bytes, uint64_t limit) {
  const ArchiveReadHandle handle(archive_read_new());
  archive* const h = handle.get();
  const auto failed = [&] { return CorruptError("decompressing: " + ArchiveErrorText(h)); };
  archive_read_support_filter_all(h);
  archive_read_support_format_raw(h);
  archive_read_support_format_empty(h);
  archive_entry* entry = nullptr;
  if (archive_read_open_memory(h, bytes.data(), bytes.size()) != ARCHIVE_OK) return failed();
  const int status = archive_read_next_header(h, &entry);
  if (status == ARCHIVE_EOF) return ByteVector();
  if (status != ARCHIVE_OK) return failed();
  ByteVector output;
  while (true) {
    const size_t size = output.size();
    output.resize(size + kStep);
    const la_ssize_t length = archive_read_data(h, output.data() + size, kStep);
    if (length < 0) return failed();
    output.resize(size + static_cast<size_t>(length));
    if (output.size() > limit) return CorruptError("decompressing: more than " + std::to_string(limit) + " bytes");
    if (length == 0) return output;
  }
}

}  // namespace hallmark
