// SPDX-License-Identifier: Apache-2.0
#include "lib/archive/file_reader.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace hallmark {
namespace {

constexpr int kNoErrno = -1;  // libarchive's errno if its text tells the whole cause

}  // namespace

int FileReader::Open(archive* handle) { return archive_read_open(handle, this, nullptr, Read, nullptr); }

la_ssize_t FileReader::Read(archive* handle, void* data, const void** bytes) {
  constexpr uint64_t kStep = 1 << 20;
  auto& reader = *static_cast<FileReader*>(data);
  reader.buffer_.resize(static_cast<size_t>(std::min(reader.left_, kStep)));
  if (const Result<void> read = reader.file_.ReadAt(reader.offset_, reader.buffer_); !read.ok()) {
    archive_set_error(handle, kNoErrno, "%s", read.error().message.c_str());
    return -1;
  }
  reader.offset_ += reader.buffer_.size();
  reader.left_ -= reader.buffer_.size();
  *bytes = reader.buffer_.data();
  return static_cast<la_ssize_t>(reader.buffer_.size());
}

std::string ArchiveErrorText(archive* handle) {
  const char* text = archive_error_string(handle);
  std::string result = text != nullptr ? text : "unknown error";
  // After a failed write, libarchive's text says only that it failed; the number holds the cause. Numbers below 0,
  // EILSEQ and EINVAL are libarchive's own.
  const int number = archive_errno(handle);
  if (number <= 0 || number == EILSEQ || number == EINVAL) return result;
  const std::string cause = std::generic_category().message(number);
  return result.find(cause) == std::string::npos ? result + ": " + cause : result;
}

}  // namespace hallmark
