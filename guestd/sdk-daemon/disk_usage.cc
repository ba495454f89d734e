// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/disk_usage.h"

#include <fts.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "lib/base/file.h"
#include "lib/base/handle.h"

namespace hallmark::guest {

namespace fs = std::filesystem;

Result<DiskUsage> MeasureUsage(const fs::path& directory) {
  std::string root = directory.string();
  char* const roots[] = {root.data(), nullptr};
  const std::unique_ptr<FTS, Deleter<fts_close>> walk(fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, nullptr));
  if (walk == nullptr) return ErrnoError(errno, "measuring " + root);
  DiskUsage usage;
  std::set<ino_t> counted;  // files with several names that are counted already
  while (const FTSENT* entry = fts_read(walk.get())) {
    if (entry->fts_info == FTS_DP) continue;
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
      if (entry->fts_errno == ENOENT && entry->fts_level > 0) continue;
      return ErrnoError(entry->fts_errno, "measuring " + std::string(entry->fts_path));
    }
    const struct stat& status = *entry->fts_statp;
    if (!S_ISDIR(status.st_mode) && status.st_nlink > 1 && !counted.insert(status.st_ino).second) continue;
    usage.bytes += AllocatedBytes(status);
    ++usage.files;
  }
  if (errno != 0) return ErrnoError(errno, "measuring " + root);
  return usage;
}

Result<DiskSpace> MeasureSpace(const fs::path& directory) {
  struct statvfs status;
  if (statvfs(directory.c_str(), &status) != 0) return ErrnoError(errno, directory.string());
  return DiskSpace{uint64_t{status.f_blocks} * status.f_frsize, uint64_t{status.f_bavail} * status.f_frsize,
                   uint64_t{status.f_favail}};
}

}  // namespace hallmark::guest
