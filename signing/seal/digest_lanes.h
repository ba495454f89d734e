// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/base/thread_pool.h"
#include "lib/crypto/digest.h"
#include "signing/seal/file_digests.h"

namespace hallmark {

/// Bytes that several threads read.
using Buffer = std::shared_ptr<const ByteVector>;

/// Computes one digest of a stream on a thread of its own, in the order of the buffers. At most `max_waiting` buffers,
/// whose memory stays in use, wait to be hashed.
template <typename Digest>
class DigestLane {
 public:
  explicit DigestLane(size_t max_waiting) : max_waiting_(max_waiting) {}
  /// Adds the first `length` bytes of `buffer`. Blocks while `max_waiting` buffers wait.
  void Update(Buffer buffer, size_t length) {
    Throttle();
    running_.push_back(
        lane_.Submit([this, buffer = std::move(buffer), length] { hasher_.Update(ByteSpan(*buffer).first(length)); }));
  }
  /// Waits until everything is hashed, and returns the digest.
  Digest Finish() {
    for (std::future<void>& task : running_) task.get();
    running_.clear();
    return hasher_.Finish();
  }

 private:
  void Throttle() {
    while (running_.size() >= max_waiting_) {
      running_.front().get();
      running_.pop_front();
    }
  }
  size_t max_waiting_;
  Hasher<Digest> hasher_;
  std::deque<std::future<void>> running_;
  ThreadPool lane_{1};  // last, so that its thread ends before the members that it uses are destroyed
};

/// Computes size and digests of one file, each digest on a thread of its own.
class FileLanes {
 public:
  /// At most `max_waiting` buffers wait for each digest. `sha1`: also computes the SHA-1.
  FileLanes(size_t max_waiting, bool sha1) : sha256_(max_waiting) {
    if (sha1) sha1_.emplace(max_waiting);
  }
  /// Adds the first `length` bytes of `buffer` to all digests. Blocks as DigestLane::Update() does.
  void Update(const Buffer& buffer, size_t length) {
    size_ += length;
    sha256_.Update(buffer, length);
    if (sha1_) sha1_->Update(buffer, length);
  }
  /// Waits until everything is hashed, and returns size and digests.
  FileDigests Finish() {
    FileDigests digests{.size = size_, .sha256 = sha256_.Finish()};
    if (sha1_) digests.sha1 = sha1_->Finish();
    return digests;
  }

 private:
  uint64_t size_ = 0;
  DigestLane<Sha256Digest> sha256_;
  std::optional<DigestLane<Sha1Digest>> sha1_;
};

}  // namespace hallmark
