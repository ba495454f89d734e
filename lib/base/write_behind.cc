// SPDX-License-Identifier: Apache-2.0
#include "lib/base/write_behind.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace hallmark {
namespace {

// Enough to keep the disk busy, and little compared with a machine's memory.
constexpr uint64_t kBehind = 64 << 20;
// Each time so many bytes were written, the disk is told to empty its own cache.
constexpr uint64_t kFlush = 64 << 20;

/// Not an error if the kernel does not support it: then the sync at the end does all the work.
Result<void> SyncRange(const File& file, DataRange range, unsigned flags) {
  if (sync_file_range(file.fd(), static_cast<off_t>(range.offset), static_cast<off_t>(range.length), flags) == 0 ||
      errno == ENOSYS) {
    return {};
  }
  return ErrnoError(errno, file.path());
}

}  // namespace

void ForgetCached(const File& file) {
  (void)fdatasync(file.fd());  // only clean pages can be dropped; its error is known already
  posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
}

void ForgetFailedWrites(const File& file) {
  if (!file.Sync().ok()) ForgetCached(file);
}

Result<void> WriteBehind::Drop(DataRange range) const {
  RETURN_IF_ERROR(
      SyncRange(file_, range, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER));
  posix_fadvise(file_.fd(), static_cast<off_t>(range.offset), static_cast<off_t>(range.length), POSIX_FADV_DONTNEED);
  return {};
}

Result<void> WriteBehind::Wrote(uint64_t offset, uint64_t length) {
  RETURN_IF_ERROR(SyncRange(file_, {offset, length}, SYNC_FILE_RANGE_WRITE));
  std::optional<DataRange> oldest;
  bool flush = false;
  {
    const std::lock_guard lock(mutex_);
    behind_.push_back({offset, length});
    behind_bytes_ += length;
    if (behind_bytes_ > kBehind) {
      oldest = behind_.front();
      behind_.pop_front();
      behind_bytes_ -= oldest->length;
    }
    unflushed_ += length;
    flush = unflushed_ > kFlush;
    if (flush) unflushed_ = 0;
  }
  if (oldest) RETURN_IF_ERROR(Drop(*oldest));
  if (flush && fdatasync(file_.fd()) != 0) return ErrnoError(errno, file_.path());
  return {};
}

}  // namespace hallmark
