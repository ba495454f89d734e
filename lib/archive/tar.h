// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/result.h"

struct archive;

namespace hallmark {

/// Writes regular files as a tar archive inside gzip, one behind the other. The bytes depend on names, contents and
/// `mtime` alone: no owner, mode 0644. Contents are stored without compression: use it for files that are compressed
/// already.
class TarGzWriter {
 public:
  /// Writes to `output`, which is new or empty and outlives this object. `mtime` is seconds since 1970.
  static Result<TarGzWriter> Create(const File& output, uint64_t mtime);
  TarGzWriter(TarGzWriter&&) noexcept;
  ~TarGzWriter();

  /// Begins a file; exactly `size` bytes of Write() follow.
  Result<void> Begin(const std::string& name, uint64_t size);
  /// The next bytes of the file. kIo, or the error of the output file.
  Result<void> Write(ByteSpan bytes);
  /// Ends the archive. Call it once, after the last file; without it the archive is incomplete.
  Result<void> Close();

 private:
  struct State;
  explicit TarGzWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reads a tar archive inside gzip. It may come from anybody: nothing in it is trusted, and nothing is written to disk.
class TarGzReader {
 public:
  struct Member {
    std::string name;     ///< as the archive has it, unchecked
    uint64_t size = 0;    ///< bytes, as the archive says
    bool regular = true;  ///< a regular file; false for a link, directory, device or FIFO
  };

  /// `archive` outlives this object.
  static Result<TarGzReader> Open(const File& archive);
  TarGzReader(TarGzReader&&) noexcept;
  ~TarGzReader();

  /// Goes on to the next member; empty at the end. kCorrupt if the archive is damaged.
  Result<std::optional<Member>> Next();
  /// The next bytes of the member; 0 at its end.
  Result<size_t> Read(MutableByteSpan buffer);

 private:
  struct State;
  explicit TarGzReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hallmark
