// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <sstream>

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kCpuPeriod = 100000;  // microseconds; the kernel's default for cpu.max

/// Where cgroup v2 is mounted: at /sys/fs/cgroup, or below it beside the controllers of version 1.
Result<fs::path> MountPoint() {
  ASSIGN_OR_RETURN(const std::string mounts, ReadSmallFile("/proc/self/mounts"));
  std::istringstream lines(mounts);
  for (std::string device, directory, type, rest; lines >> device >> directory >> type && std::getline(lines, rest);) {
    if (type == "cgroup2") return fs::path(directory);
  }
  return UnsupportedError("cgroup v2 is not mounted").WithHint("boot with systemd.unified_cgroup_hierarchy=1");
}

std::optional<std::string> Text(const std::optional<uint64_t>& number) {
  if (!number) return std::nullopt;
  return std::to_string(*number);
}

}  // namespace

Result<Cgroup> Cgroup::Own() {
  ASSIGN_OR_RETURN(const fs::path mount_point, MountPoint());
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile("/proc/self/cgroup"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0::/")) return Cgroup((mount_point / line.substr(4)).lexically_normal());
  }
  return UnsupportedError("this process is in no group of cgroup v2");
}

std::vector<Cgroup> Cgroup::Children() const {
  std::vector<Cgroup> children;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_, ignored)) {
    if (entry.is_directory(ignored)) children.emplace_back(entry.path());
  }
  return children;
}

Result<void> Cgroup::Create() const {
  if (mkdir(directory_.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return ErrnoError(errno, "making the control group " + directory_.string());
}

Result<void> Cgroup::Remove() const {
  for (const Cgroup& child : Children()) RETURN_IF_ERROR(child.Remove());
  if (rmdir(directory_.c_str()) == 0 || errno == ENOENT) return {};
  return ErrnoError(errno, "removing the control group " + directory_.string());
}

Result<void> Cgroup::Kill() const { return Write("cgroup.kill", "1"); }

Result<void> Cgroup::Freeze(bool frozen) const { return Write("cgroup.freeze", frozen ? "1" : "0"); }

Result<void> Cgroup::Enter() const { return Write("cgroup.procs", "0"); }

Result<File> Cgroup::Open() const { return File::Open(directory_, O_RDONLY | O_DIRECTORY); }

Result<void> Cgroup::Delegate() const {
  ASSIGN_OR_RETURN(const std::string controllers, ReadSmallFile(directory_ / "cgroup.controllers"));
  std::istringstream words(controllers);
  for (std::string name; words >> name;) {
    if (name != "memory" && name != "cpu" && name != "pids") continue;
    RETURN_IF_ERROR(Write("cgroup.subtree_control", "+" + name));
  }
  return {};
}

Result<void> Cgroup::Limit(const CgroupLimits& limits) const {
  std::optional<std::string> quota;
  if (limits.cpu) quota = std::to_string(*limits.cpu * kCpuPeriod / 100) + " " + std::to_string(kCpuPeriod);
  RETURN_IF_ERROR(LimitOne("memory.max", Text(limits.memory)));
  // Without this, a group that reaches its memory limit continues in swap, if there is any.
  RETURN_IF_ERROR(LimitOne("memory.swap.max", limits.memory ? std::optional<std::string>("0") : std::nullopt));
  RETURN_IF_ERROR(LimitOne("cpu.max", quota));
  return LimitOne("pids.max", Text(limits.processes));
}

Result<void> Cgroup::LimitOne(const std::string& file, const std::optional<std::string>& value) const {
  if (access((directory_ / file).c_str(), F_OK) == 0) return Write(file, value.value_or("max"));
  if (!value || file == "memory.swap.max") return {};  // no limit to remove; a kernel without swap has no such file
  return UnsupportedError("this machine can't limit " + file.substr(0, file.find('.')))
      .WithHint("its kernel lacks the controller, or the daemon's control group was not delegated");
}

Result<void> Cgroup::Prefer() const {
  if (access((directory_ / "cpu.weight").c_str(), F_OK) != 0) return {};
  return Write("cpu.weight", "1000");
}

Result<void> Cgroup::DieTogether() const {
  if (access((directory_ / "memory.oom.group").c_str(), F_OK) != 0) return {};
  return Write("memory.oom.group", "1");
}

uint64_t Cgroup::OutOfMemoryKills() const {
  const auto text = ReadSmallFile(directory_ / "memory.events");
  if (!text.ok()) return 0;
  std::istringstream words(*text);
  uint64_t count = 0;
  for (std::string key; words >> key >> count;) {
    if (key == "oom_kill") return count;
  }
  return 0;
}

Result<void> Cgroup::Write(const std::string& file, const std::string& value) const {
  const fs::path path = directory_ / file;
  ASSIGN_OR_RETURN(const File opened, File::Open(path, O_WRONLY));
  if (write(opened.fd(), value.data(), value.size()) == static_cast<ssize_t>(value.size())) return {};
  return ErrnoError(errno, "writing " + value + " to " + path.string());
}

}  // namespace hallmark::guest
