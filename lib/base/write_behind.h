// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Keeps the disk busy while a large file is written, so that the sync at its end has little left to wait for, and the
/// page cache for what other programs have there: what has reached the disk is dropped from it, and its pages are taken
/// again.
class WriteBehind {
 public:
  /// `file` must outlive it.
  explicit WriteBehind(const File& file) : file_(file) {}

  /// To be called once `length` bytes from `offset` on are written; may wait for what was written before them.
  /// Thread-safe. An error is one of an earlier write, and the only word of it: a later sync may succeed.
  Result<void> Wrote(uint64_t offset, uint64_t length);

 private:
  Result<void> Drop(DataRange range) const;

  const File& file_;
  std::mutex mutex_;
  std::deque<DataRange> behind_;  // on its way to the disk
  uint64_t behind_bytes_ = 0;
  uint64_t unflushed_ = 0;
};

/// After a write or a sync that failed the kernel calls pages clean that never reached the disk. This drops them, so
/// that who reads next reads the disk.
void ForgetCached(const File& file);
/// The same if a write of an earlier run has failed, which may have been killed before it was told.
void ForgetFailedWrites(const File& file);

}  // namespace hallmark
