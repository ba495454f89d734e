// SPDX-License-Identifier: Apache-2.0
#include "signing/document/signed_directory.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "lib/base/handle.h"

namespace hallmark {
namespace {

Error NotRegular(std::string_view name) { return UnsupportedError(std::string(name) + ": is not a regular file"); }

}  // namespace

Result<SignedDirectory> SignedDirectory::Open(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() && errno != ENOENT) return ErrnoError(errno, path.string());
  return SignedDirectory(std::move(fd), path);
}

Result<File> SignedDirectory::OpenFile(std::string_view name, int flags) const {
  const std::string base(name);
  const std::string path = (path_ / base).string();
  if (!fd_.valid()) return ErrnoError(ENOENT, path);
  // O_NONBLOCK, because opening a FIFO must not wait for its other end.
  UniqueFd fd(::openat(fd_.get(), base.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  struct stat status {};
  if (!fd.valid()) {
    const int error = errno;
    const bool other =
        ::fstatat(fd_.get(), base.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode);
    return other ? NotRegular(name) : ErrnoError(error, path);
  }
  File file(std::move(fd), path);
  ASSIGN_OR_RETURN(status, file.Stat());
  if (!S_ISREG(status.st_mode)) return NotRegular(name);
  return file;
}

Result<std::string> SignedDirectory::ReadSmallFile(std::string_view name, uint64_t limit) {
  const auto too_large = [&] {
    return CorruptError(std::string(name) + ": larger than " + std::to_string(limit) + " bytes");
  };
  if (const auto known = read_.find(name); known != read_.end()) {
    if (known->second.ok() && known->second->size() > limit) return too_large();
    return known->second;
  }
  const Result<File> file = OpenFile(name);
  Result<std::string> text = file.ok() ? hallmark::ReadSmallFile(*file, limit) : Result<std::string>(file.error());
  // Not remembered: the limit of another caller may be higher
  if (!text.ok() && text.error().kind == ErrorKind::kCorrupt) return too_large();
  const bool lasting =
      text.ok() || text.error().kind == ErrorKind::kNotFound || text.error().kind == ErrorKind::kUnsupported;
  if (lasting) read_.emplace(name, text);
  return text;
}

Result<std::optional<std::string>> SignedDirectory::ReadIfPresent(std::string_view name, uint64_t limit) {
  Result<std::string> text = ReadSmallFile(name, limit);
  if (text.ok()) return std::optional(std::move(text).value());
  if (text.error().kind == ErrorKind::kNotFound) return std::optional<std::string>();
  return std::move(text).error();
}

Result<std::optional<std::string>> SignedDirectory::ReadOrFind(std::string_view name, uint64_t limit, Presence presence,
                                                               std::vector<Finding>& findings) {
  Result<std::string> text = ReadSmallFile(name, limit);
  if (text.ok()) return std::optional(std::move(text).value());
  if (presence == Presence::kOptional && text.error().kind == ErrorKind::kNotFound) return std::optional<std::string>();
  ASSIGN_OR_RETURN(Finding finding, UnopenedFinding(text.error(), name));
  findings.push_back(std::move(finding));
  return std::optional<std::string>();
}

Result<std::vector<std::string>> SignedDirectory::Names() const {
  if (!fd_.valid()) return ErrnoError(ENOENT, path_.string());
  UniqueFd again(::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, Deleter<closedir>> directory(again.valid() ? ::fdopendir(again.get()) : nullptr);
  if (!directory) return ErrnoError(errno, path_.string());
  again.Release();  // closedir() closes it
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return ErrnoError(errno, path_.string());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<Finding> UnopenedFinding(const Error& error, std::string_view name) {
  const std::string where(name);
  switch (error.kind) {
    case ErrorKind::kNotFound:
      return Finding{Verdict::kMissing, where, "is missing"};
    case ErrorKind::kUnsupported:
      return Finding{Verdict::kNotAFile, where, "is not a regular file"};
    case ErrorKind::kCorrupt:
      return Finding{Verdict::kMalformed, where, "is larger than it may be"};
    default:
      return error;
  }
}

}  // namespace hallmark
