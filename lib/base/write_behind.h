// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Writes a large file to disk while it is being made, so that the sync at its end has little left to do. It drops what
/// has reached the disk from the page cache, so that other programs keep their cached files.
class WriteBehind {
 public:
  /// `file` must outlive this object.
  explicit WriteBehind(const File& file) : file_(file) {}

  /// Call it after `length` bytes at `offset` were written; it may wait for bytes that were written before.
  /// Thread-safe. An error is that of an earlier write and is reported only here: a later sync may succeed.
  Result<void> Wrote(uint64_t offset, uint64_t length);

 private:
  Result<void> Drop(DataRange range) const;

  const File& file_;
  std::mutex mutex_;
  std::deque<DataRange> behind_;  // on its way to the disk
  uint64_t behind_bytes_ = 0;
  uint64_t unflushed_ = 0;
};

/// After a failed write or sync the kernel marks pages clean that never reached the disk. This drops those pages, so
/// that the next reader reads the disk.
void ForgetCached(const File& file);
/// Does the same if a write of an earlier run has failed; that run may have been killed before it learned of it.
void ForgetFailedWrites(const File& file);

}  // namespace hallmark
