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

/// A directory whose content is signed. It is opened once: even if its name is given to another directory later, all
/// files come from the same one. Links, which lead out of it, and FIFOs and devices, which could block or change, are
/// not opened. File names have no directory in front. Not thread-safe.
class SignedDirectory {
 public:
  /// Opens a directory. One that does not exist counts as one without files.
  static Result<SignedDirectory> Open(const std::filesystem::path& path);

  /// The path given to Open(), for messages.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// -1 if the directory does not exist.
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Opens a regular file. `flags` are those of open(2); with O_CREAT, a new file gets mode 0666 less the umask.
  /// kNotFound if it does not exist; kUnsupported if it is not a regular file.
  [[nodiscard]] Result<File> OpenFile(std::string_view name, int flags = O_RDONLY) const;

  /// The content of a small file. The file is read once: every later call gets the same content, or the same error that
  /// it is missing or not a regular file. kCorrupt if it is larger than `limit` bytes. Messages begin with the name.
  Result<std::string> ReadSmallFile(std::string_view name, uint64_t limit);

  /// The same for an optional file. Empty if it is missing.
  Result<std::optional<std::string>> ReadIfPresent(std::string_view name, uint64_t limit);

  enum class Presence { kOptional, kRequired };
  /// The same, but kind and size, and for a required file its absence, become a finding. Empty then.
  Result<std::optional<std::string>> ReadOrFind(std::string_view name, uint64_t limit, Presence presence,
                                                std::vector<Finding>& findings);

  /// The names of all entries, sorted, without "." and "..".
  [[nodiscard]] Result<std::vector<std::string>> Names() const;

 private:
  SignedDirectory(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

  UniqueFd fd_;
  std::filesystem::path path_;
  std::map<std::string, Result<std::string>, std::less<>> read_;
};

/// Turns an error of SignedDirectory about a file into a finding: the file is missing, is not a regular file, or is too
/// large. Errors of the environment stay errors.
Result<Finding> UnopenedFinding(const Error& error, std::string_view name);

}  // namespace hallmark
