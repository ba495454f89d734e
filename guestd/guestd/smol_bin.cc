// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/smol_bin.h"

#include <sys/mount.h>

#include <cerrno>
#include <thread>

#include "guestd/common/log.h"
#include "guestd/guestd/session_disk.h"
#include "lib/exfat/label.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kMountPollInterval{50};

/// A mount that ends when its owner does.
class Mounted {
 public:
  explicit Mounted(fs::path directory) : directory_(std::move(directory)) {}
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  ~Mounted() {
    // Unmounts lazily if it is busy: open files stay readable, and nobody else can open one.
    if (umount2(directory_.c_str(), UMOUNT_NOFOLLOW) == 0 ||
        umount2(directory_.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) == 0) {
      Log("updater", "unmounted smol-bin");
    } else {
      LogError("updater", ErrnoError(errno, "unmounting " + directory_.string()));
    }
  }

 private:
  fs::path directory_;
};

Result<std::string> WaitForDisk(const std::string& label, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  while (true) {
    auto node = FindExfatDisk(label);
    if (node.ok() || node.error().kind != ErrorKind::kNotFound || Clock::now() >= end) return node;
    std::this_thread::sleep_for(kMountPollInterval);
  }
}

}  // namespace

Result<std::string> FindExfatDisk(const std::string& label, const fs::path& sys, const fs::path& dev) {
  std::string found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(sys / "class/block", ignored)) {
    if (fs::exists(entry.path() / "partition", ignored)) continue;
    const fs::path node = dev / entry.path().filename();
    const auto device = File::OpenForReading(node);
    if (!device.ok()) continue;  // for example an empty drive
    const auto volume = ProbeExfat(*device);
    if (!volume.ok() || volume->label != label) continue;
    if (!found.empty()) return CorruptError("both " + found + " and " + node.string() + " are labelled " + label);
    found = node.string();
  }
  if (found.empty()) return NotFoundError("no disk holds an exFAT volume labelled " + label);
  return found;
}

Result<void> VisitSmolBin(const std::string& label, const fs::path& directory, std::chrono::milliseconds patience,
                          const std::function<Result<void>(const fs::path&)>& visit) {
  ASSIGN_OR_RETURN(const std::string node, WaitForDisk(label, patience));
  std::error_code ignored;
  fs::create_directories(directory, ignored);
  if (!DeviceMountedAt(directory).empty())
    umount2(directory.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);  // left by a guestd that was killed
  if (mount(node.c_str(), directory.c_str(), "exfat", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    return ErrnoError(errno, "mounting smol-bin device " + node + " at " + directory.string());
  }
  const Mounted mounted(directory);
  Log("updater", "mounted smol-bin device " + node + " at " + directory.string());
  return visit(directory);
}

}  // namespace hallmark::guest
