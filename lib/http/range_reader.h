// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// Reads parts of a file from a plain HTTP server by range requests (RFC 9110, section 14). The caller must verify the
/// bytes: they are what the server sent. Several threads may use it; they keep their connections.
class RangeReader {
 public:
  /// `url` of a file, http or https. A server that sends less than 1 KiB/s for `stall_seconds` is given up.
  RangeReader(std::string url, long stall_seconds);
  RangeReader(const RangeReader&) = delete;
  RangeReader& operator=(const RangeReader&) = delete;
  ~RangeReader();

  /// The URL for messages, without the user and the password that it may hold.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Fills `bytes` from `offset` on. A connection that ends early is continued a few times. Errors name the URL. kIo:
  /// the server failed, stalled, or sent something other than that range. kUnsupported: the server has no ranges and
  /// would send the whole file (the transfer is stopped before that).
  [[nodiscard]] Result<void> Read(uint64_t offset, MutableByteSpan bytes) const;

 private:
  struct Connection;
  [[nodiscard]] std::unique_ptr<Connection> Take() const;
  void Give(std::unique_ptr<Connection> connection) const;

  std::string url_;
  std::string name_;
  long stall_seconds_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace hallmark
