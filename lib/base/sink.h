// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Takes a stream of bytes, front to back. A hole reads as zeros and takes no space if the receiver supports holes.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Takes the next `bytes`.
  virtual Result<void> Write(ByteSpan bytes) = 0;
  /// Takes `length` zero bytes.
  virtual Result<void> WriteHole(uint64_t length) = 0;
};

/// Writes to a file from `offset` on. It skips holes and writes nothing there: the caller gives a new or truncated
/// file, and sets its final size.
class FileSink : public Sink {
 public:
  explicit FileSink(const File& file, uint64_t offset = 0) : file_(file), position_(offset) {}

  Result<void> Write(ByteSpan bytes) override {
    RETURN_IF_ERROR(file_.WriteAt(position_, bytes));
    position_ += bytes.size();
    return {};
  }
  Result<void> WriteHole(uint64_t length) override {
    position_ += length;
    return {};
  }

 private:
  const File& file_;
  uint64_t position_;  // where the next byte goes, from the start of the file
};

/// Takes pieces of a range of bytes in any order, from several threads at once. Bytes that are never written are zeros.
class PositionedSink {
 public:
  virtual ~PositionedSink() = default;
  /// Writes `bytes` at `offset`, in bytes from the start of the range.
  virtual Result<void> WriteAt(uint64_t offset, ByteSpan bytes) = 0;
};

/// A range of a file, from `start` on. The range must read as zeros before: the caller gives a new or truncated file,
/// and sets its final size.
class FilePart : public PositionedSink {
 public:
  explicit FilePart(const File& file, uint64_t start = 0) : file_(file), start_(start) {}

  Result<void> WriteAt(uint64_t offset, ByteSpan bytes) override { return file_.WriteAt(start_ + offset, bytes); }

 private:
  const File& file_;
  uint64_t start_;
};

/// Keeps the stream in memory: for tests and small images.
class MemorySink : public Sink {
 public:
  Result<void> Write(ByteSpan bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<void> WriteHole(uint64_t length) override {
    bytes_.resize(bytes_.size() + length);
    return {};
  }
  [[nodiscard]] const ByteVector& bytes() const { return bytes_; }

 private:
  ByteVector bytes_;
};

}  // namespace hallmark
