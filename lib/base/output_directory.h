// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <string>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// A directory of output files that appears under its name complete or not at all. Until Commit() its files have no
/// name (O_TMPFILE), so that nothing of them is left even if the process is killed.
class OutputDirectory {
 public:
  /// `may_replace` says whether an existing directory at `path` is one of ours; kUsage if it is not.
  static Result<OutputDirectory> Create(const std::filesystem::path& path,
                                        const std::function<bool(const std::filesystem::path&)>& may_replace);
  OutputDirectory(OutputDirectory&& other) noexcept = default;
  OutputDirectory& operator=(OutputDirectory&&) = delete;

  /// A new, empty file that will be called `name`. The pointer is valid as long as this object. kUnsupported if the
  /// filesystem has no files without a name (O_TMPFILE).
  Result<const File*> NewFile(const std::string& name);
  /// Makes a file with this content; as NewFile().
  Result<void> Write(const std::string& name, ByteSpan bytes);

  /// Gives the files their names in a hidden directory, calls `finish` with it, and renames it to `path`, in exchange
  /// for what Create() found there, which is removed. kUsage if something has appeared there since.
  Result<void> Commit(const std::function<Result<void>(const std::filesystem::path&)>& finish);

 private:
  explicit OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  struct Output {
    std::string name;
    File file;
  };
  std::filesystem::path path_;
  bool replaces_ = false;  // a directory exists there, is not empty, and may be replaced
  std::deque<Output> files_;
};

/// True if `path` is an empty directory and not a link to one: a `may_replace` for outputs that replace nothing.
bool IsEmptyDirectory(const std::filesystem::path& path);

}  // namespace hallmark
