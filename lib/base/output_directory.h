// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <string>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// A directory of output files that appears under its name whole or not at all. Until Commit() its files have no name
/// where the filesystem offers that (O_TMPFILE), so that nothing is left of them whatever kills the process.
class OutputDirectory {
 public:
  /// `may_replace` says whether a directory that stands at `path` already is one of ours; another one is kUsage.
  static Result<OutputDirectory> Create(const std::filesystem::path& path,
                                        const std::function<bool(const std::filesystem::path&)>& may_replace);
  OutputDirectory(OutputDirectory&& other) noexcept = default;
  OutputDirectory& operator=(OutputDirectory&&) = delete;

  /// A new, empty file that will be called `name`. The reference holds as long as this object.
  Result<const File*> NewFile(const std::string& name);
  Result<void> Write(const std::string& name, ByteSpan bytes);

  /// Gives the files their names in a hidden directory, calls `finish` with it, and renames it to `path`, in exchange
  /// for what Create() found there, which is removed. kUsage if something has come there since.
  Result<void> Commit(const std::function<Result<void>(const std::filesystem::path&)>& finish);

 private:
  explicit OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  struct Output {
    std::string name;
    File file;
  };
  std::filesystem::path path_;
  bool replaces_ = false;  // there is a directory, with something in it, that may go
  std::deque<Output> files_;
};

/// A directory, and no link to one, with nothing in it: a `may_replace` for outputs that take the place of nothing.
bool IsEmptyDirectory(const std::filesystem::path& path);

}  // namespace hallmark
