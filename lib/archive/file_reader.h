// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"

namespace hallmark {

using ArchiveReadHandle = std::unique_ptr<archive, Deleter<archive_read_free>>;
using ArchiveWriteHandle = std::unique_ptr<archive, Deleter<archive_write_free>>;

/// A part of a file that libarchive reads as if it were the whole file.
class FileReader {
 public:
  FileReader(const File& file, uint64_t offset, uint64_t length) : file_(file), offset_(offset), left_(length) {}

  /// Opens `handle`, whose formats and filters are already set, on this part; returns an ARCHIVE_ status. The reader
  /// must outlive `handle`.
  int Open(archive* handle);

 private:
  static la_ssize_t Read(archive* handle, void* data, const void** bytes);

  const File& file_;
  uint64_t offset_;
  uint64_t left_;
  ByteVector buffer_;
};

/// What libarchive says went wrong.
std::string ArchiveErrorText(archive* handle);

}  // namespace hallmark
