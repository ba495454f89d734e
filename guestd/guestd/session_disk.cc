// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/session_disk.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include <cerrno>
#include <limits>
#include <sstream>
#include <thread>

#include "guestd/common/log.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPollInterval{20};
// errors=remount-ro: the kernel stops writing to a damaged filesystem.
constexpr const char* kOptions = "errors=remount-ro";

constexpr const char* kLeftAlone =
    "nothing was changed: check a copy of the disk on the host with e2fsck -n, or give the guest a new session disk";

Result<void> MountAt(const std::string& node, const fs::path& directory) {
  const std::string before = DeviceMountedAt(directory);
  if (before == node) {
    Log("guestd", "session disk " + node + " is mounted at " + directory.string() + " already");
    return {};
  }
  if (!before.empty()) return IoError(before + " is mounted at " + directory.string() + " already, and is not " + node);
  Log("guestd", "mounting session disk " + node + " at " + directory.string());
  std::error_code ignored;
  fs::create_directories(directory, ignored);
  if (mount(node.c_str(), directory.c_str(), "ext4", MS_NOSUID | MS_NODEV | MS_NOATIME, kOptions) == 0) return {};
  return Result<void>(ErrnoError(errno, "session disk " + node + ": mounting it at " + directory.string()))
      .WithHint(kLeftAlone);
}

}  // namespace

std::string DeviceMountedAt(const fs::path& directory) {
  const auto mounts = ReadSmallFile("/proc/self/mounts");
  if (!mounts.ok()) return {};
  std::istringstream lines(*mounts);
  std::string found;
  for (std::string device, place, rest; lines >> device >> place && std::getline(lines, rest);) {
    if (place == directory.string()) found = device;  // a later mount covers the earlier ones
  }
  return found;
}

Result<void> MountSessionDisk(const std::string& label, const fs::path& directory, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  BlockDevices devices;
  const auto end = Clock::now() + patience;
  for (devices.Refresh();; devices.Refresh()) {
    const auto device = devices.Find({DeviceName::Kind::kLabel, label});
    if (device.ok()) return MountAt(device->node, directory);
    if (device.error().kind != ErrorKind::kNotFound) return device.error();
    if (Clock::now() >= end) break;
    std::this_thread::sleep_for(kPollInterval);
  }
  return NotFoundError("no disk has a superblock with the label " + label + "; seen: " + devices.Describe())
      .WithHint(kLeftAlone);
}

Result<uint64_t> TrimFilesystem(const fs::path& directory) {
  ASSIGN_OR_RETURN(const File opened, File::Open(directory, O_RDONLY | O_DIRECTORY));
  fstrim_range range = {.start = 0, .len = std::numeric_limits<uint64_t>::max(), .minlen = 0};
  if (ioctl(opened.fd(), FITRIM, &range) == 0) return uint64_t{range.len};
  // qemu-user does not know the call.
  if (errno == EOPNOTSUPP || errno == ENOTTY || errno == ENOSYS) {
    return UnsupportedError(directory.string() + ": the disk does not take trim");
  }
  return ErrnoError(errno, "trimming " + directory.string());
}

}  // namespace hallmark::guest
