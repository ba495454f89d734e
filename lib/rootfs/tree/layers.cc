// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/layers.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "lib/base/file.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// True in a user namespace of our own, where overlayfs may not use trusted.* attributes.
bool InUserNamespace() {
  std::ifstream map("/proc/self/uid_map");
  uint64_t inside = 0;
  uint64_t outside = 0;
  uint64_t count = 0;
  constexpr uint64_t kAllIds = 4294967295;
  return !(map >> inside >> outside >> count) || inside != outside || count != kAllIds;
}

}  // namespace

Result<void> MountLayers(const std::vector<fs::path>& lower, const fs::path& upper, const fs::path& work,
                         const fs::path& merged) {
  for (const fs::path& directory : {upper, work, merged}) {
    RETURN_IF_ERROR(MakeDirectories(directory));
  }
  // Layers are named by descriptor: a path may contain ':' and ',', which separate mount options.
  std::vector<File> held;
  std::string options;
  const auto add = [&](std::string_view option, const fs::path& directory) -> Result<void> {
    ASSIGN_OR_RETURN(File file, File::Open(directory, O_PATH | O_DIRECTORY));
    options.append(option).append("/proc/self/fd/").append(std::to_string(file.fd()));
    held.push_back(std::move(file));
    return {};
  };
  std::string_view option = "lowerdir=";
  for (const fs::path& directory : lower) {
    RETURN_IF_ERROR(add(option, directory));
    option = ":";
  }
  RETURN_IF_ERROR(add(",upperdir=", upper));
  RETURN_IF_ERROR(add(",workdir=", work));
  // The root directory of the topmost layer becomes the root directory of the mount: it must have the mode of a root
  // directory, not of a scratch one.
  if (chmod(upper.c_str(), 0755) != 0) return ErrnoError(errno, upper.string());
  // Without this, unmounting would write out everything on the filesystem. What is kept is synced when it gets its
  // name.
  options += ",volatile";
  if (InUserNamespace()) options += ",userxattr";
  if (mount("overlay", merged.c_str(), "overlay", MS_NOATIME, options.c_str()) != 0) {
    return ErrnoError(errno, "mounting an overlay at " + merged.string())
        .WithHint("HALLMARK_CACHE must be on a filesystem that overlayfs takes, such as ext4, xfs or btrfs");
  }
  return {};
}

Result<void> UnmountLayers(const fs::path& merged) {
  if (umount2(merged.c_str(), UMOUNT_NOFOLLOW) != 0) return ErrnoError(errno, "unmounting " + merged.string());
  return {};
}

}  // namespace hallmark
