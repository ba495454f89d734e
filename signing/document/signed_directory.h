// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/document/finding.h"

namespace hallmark {

/// A directory whose content is signed, opened once: whatever happens to its name afterwards, all files come from the
/// same directory. What leads out of it (a link), or could block or change (a FIFO, a device), is not opened. Files are
/// named without a directory in front. Not for several threads at once.
class SignedDirectory {
 public:
  /// A directory that does not exist is one without files.
  static Result<SignedDirectory> Open(const std::filesystem::path& path);

  /// As given to Open(), for messages.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// -1 if the directory does not exist.
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Opens a regular file. `flags` are those of open(2); with O_CREAT, a new file has mode 0666 less the umask.
  /// kNotFound if it does not exist; kUnsupported for anything but a regular file.
  [[nodiscard]] Result<File> OpenFile(std::string_view name, int flags = O_RDONLY) const;

  /// The content of a small file, which is read once: whoever asks later gets what the first one got, or that it was
  /// missing or no regular file. Also kCorrupt if it is larger than `limit` bytes. Messages begin with the name.
  Result<std::string> ReadSmallFile(std::string_view name, uint64_t limit);

  /// The same for a file that may be missing: empty then.
  Result<std::optional<std::string>> ReadIfPresent(std::string_view name, uint64_t limit);

  enum class Presence { kOptional, kRequired };
  /// The same for a file whose kind, size or, if it is required, absence is a finding: empty then.
  Result<std::optional<std::string>> ReadOrFind(std::string_view name, uint64_t limit, Presence presence,
                                                std::vector<Finding>& findings);

  /// The names of all it holds, sorted, without "." and "..".
  [[nodiscard]] Result<std::vector<std::string>> Names() const;

 private:
  SignedDirectory(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::filesystem::path path_;
  std::map<std::string, Result<std::string>, std::less<>> read_;
};

/// What an error of SignedDirectory says of the file: that it is missing, no regular file, or too large. What the
/// environment refuses stays an error.
Result<Finding> UnopenedFinding(const Error& error, std::string_view name);

}  // namespace hallmark
