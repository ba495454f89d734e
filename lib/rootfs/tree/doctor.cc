// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/doctor.h"

#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "lib/base/progress.h"
#include "lib/base/subprocess.h"
#include "lib/rootfs/tree/namespace.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

// Enough for a package cache, a tree, an image and its compressed form, of the recipes that this project ships.
constexpr uint64_t kComfortableSpace = uint64_t{8} << 30;

struct Program {
  std::string_view name;
  std::string_view package;
  std::string_view purpose;
};

constexpr std::array kPrograms = {
    Program{"apt-get", "apt", "resolves packages"},
    Program{"dpkg", "dpkg", "unpacks and configures packages"},
    Program{"dpkg-deb", "dpkg", "unpacks and configures packages"},
    Program{"gpgv", "gpgv", "checks who signed a Release file"},
    Program{"depmod", "kmod", "indexes kernel modules"},
    Program{"python3", "python3", "compiles Python modules for the image"},
    Program{"pip3", "python3-pip", "resolves what recipes require of Python"},
};

Need ProgramNeed(const Program& program) {
  Need need{.name = std::string(program.name), .detail = std::string(program.purpose)};
  if (FindProgram(need.name).ok()) return need;
  need.state = Need::State::kMissing;
  need.remedy = "apt-get install " + std::string(program.package);
  return need;
}

/// True if an unprivileged process may make a user namespace here. A child process tries it, so that nothing changes
/// for us.
bool UserNamespacesWork() {
  const pid_t child = fork();
  if (child == 0) _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  int status = 1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void AddRootlessNeeds(std::vector<Need>& needs) {
  const uid_t uid = getuid();
  const passwd* entry = getpwuid(uid);
  const std::string user = entry != nullptr ? entry->pw_name : std::to_string(uid);

  needs.push_back(ProgramNeed({"newuidmap", "uidmap", "gives a build without root the ids it needs"}));
  Need namespaces{.name = "user namespaces", .detail = "builds without root"};
  if (!UserNamespacesWork()) {
    namespaces.state = Need::State::kMissing;
    namespaces.remedy = "sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0";
  }
  needs.push_back(namespaces);

  for (const auto& [file, option] : {std::pair{"/etc/subuid", "--add-subuids"}, {"/etc/subgid", "--add-subgids"}}) {
    const Result<uint32_t> first = SubordinateIds(file, user, uid);
    Need ids{.name = std::string("subordinate ids in ") + file, .detail = "enough for " + user};
    if (!first.ok()) {
      ids.state = Need::State::kMissing;
      ids.detail = first.error().message;
      ids.remedy = "usermod " + std::string(option) + " 100000-165535 " + user;
    }
    needs.push_back(ids);
  }
}

void AddEmulationNeed(std::string_view architecture, std::vector<Need>& needs) {
  const Result<void> emulation = CheckEmulation(architecture);
  Need need{.name = "running " + std::string(architecture) + " programs"};
  need.detail = architecture == NativeArchitecture() ? "native" : "binfmt_misc and qemu-user";
  if (!emulation.ok()) {
    need.state = Need::State::kMissing;
    need.detail = emulation.error().message;
    need.remedy = emulation.error().hint;
  }
  needs.push_back(need);
}

void AddSpaceNeed(const fs::path& cache, std::vector<Need>& needs) {
  // The directory may not exist yet: its nearest existing parent shows the filesystem.
  fs::path existing = cache;
  std::error_code ignored;
  while (!fs::exists(existing, ignored) && existing.has_relative_path()) existing = existing.parent_path();
  Need need{.name = "disk space for the cache"};
  struct statvfs status;
  if (statvfs(existing.c_str(), &status) != 0) {
    need.state = Need::State::kUnwise;
    need.detail = cache.string() + ": unknown";
  } else {
    const uint64_t free = uint64_t{status.f_bavail} * status.f_frsize;
    need.detail = FormatBytes(free) + " free at " + cache.string();
    if (free < kComfortableSpace) need.state = Need::State::kUnwise;
  }
  if (need.state != Need::State::kPresent) need.remedy = "set HALLMARK_CACHE to a directory with more room";
  needs.push_back(need);
}

}  // namespace

std::vector<Need> ExamineMachine(std::string_view architecture, const fs::path& cache) {
  std::vector<Need> needs;
  needs.reserve(kPrograms.size());
  for (const Program& program : kPrograms) needs.push_back(ProgramNeed(program));
  if (geteuid() != 0) AddRootlessNeeds(needs);
  AddEmulationNeed(architecture, needs);
  AddSpaceNeed(cache, needs);
  return needs;
}

}  // namespace hallmark
