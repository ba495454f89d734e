// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/private_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace hallmark {

Result<File> OpenPrivateDirectory(const std::filesystem::path& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return ErrnoError(errno, "making directory " + path.string());
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid() && (errno == ENOTDIR || errno == ELOOP)) {
    return VerificationError(path.string() + ": is a link or a file, and must be a directory");
  }
  if (!fd.valid()) return ErrnoError(errno, path.string());
  File directory(std::move(fd), path.string());
  ASSIGN_OR_RETURN(const struct stat status, directory.Stat());
  if (status.st_uid != geteuid()) {
    return VerificationError(path.string() + ": belongs to the user " + std::to_string(status.st_uid) + ", not to " +
                             std::to_string(geteuid()));
  }
  return directory;
}

}  // namespace hallmark
