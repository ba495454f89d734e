// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/file_plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> kHidden = {"/home", "/root", "/mnt",          "/media",
                                                     "/run",  "/boot", "/sys/fs/cgroup"};
// Every sandbox has its own of these, whatever the machine has there.
constexpr std::array<std::string_view, 4> kOwn = {"/tmp", "/var/tmp", "/proc", "/dev"};

Result<std::string> Canonical(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(path, error);
  if (error) return ErrnoError(error.value(), path);
  return canonical.string();
}

bool IsOwn(std::string_view path, const std::string& home) {
  if (IsWithin(path, home)) return false;
  return std::any_of(kOwn.begin(), kOwn.end(), [&](std::string_view own) { return IsWithin(path, own); });
}

/// A list of paths from the settings, in normal form and with links resolved.
Result<std::vector<std::string>> PolicyPaths(const std::vector<std::string>& texts,
                                             const SessionDirectories& directories) {
  std::vector<std::string> paths;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(const std::string path, PolicyPath(text, directories.home, directories.working));
    ASSIGN_OR_RETURN(std::string canonical, Canonical(path));
    // A program that may write the directory could have made the link.
    if (IsWithin(path, directories.home) && canonical != path) {
      return UnsupportedError("'" + text + "' in the policy: goes through a link to " + canonical)
          .WithHint("put what it points to in its place");
    }
    if (!IsOwn(canonical, directories.home)) paths.push_back(std::move(canonical));
  }
  return paths;
}

std::optional<bool> IsDirectory(const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return std::nullopt;
  return S_ISDIR(status.st_mode);
}

/// The writable directory that contains the path, if any: the nearest rule above it, if that allows writing.
std::optional<std::string> WritableAround(const std::vector<FileRule>& rules, const std::string& path) {
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (rule->path == path || !IsWithin(path, rule->path)) continue;
    if (rule->access == Access::kReadWrite) return rule->path;
    return std::nullopt;
  }
  return std::nullopt;
}

/// What a missing path must be made as: an empty file if the list does not contain it.
ProtectedPath Missing(const std::vector<ProtectedPath>& paths, const std::string& path) {
  const auto found = std::find_if(paths.begin(), paths.end(), [&](const auto& each) { return each.path == path; });
  return found != paths.end() ? *found : ProtectedPath{.path = path};
}

}  // namespace

Result<SessionDirectories> FindSessionDirectories(const std::string& home, const std::string& working_directory) {
  SessionDirectories directories;
  ASSIGN_OR_RETURN(directories.home, Canonical(home));
  ASSIGN_OR_RETURN(directories.working, Canonical(working_directory));
  for (const std::string* directory : {&directories.home, &directories.working}) {
    const std::optional<bool> is_directory = IsDirectory(*directory);
    if (!is_directory) return NotFoundError(*directory + ": no such directory");
    if (!*is_directory) return UsageError(*directory + ": not a directory");
  }
  if (fs::path(directories.home).parent_path() == "/" || directories.home == "/") {
    return UsageError(directories.home + ": a session's directory stands in a directory with other sessions, not in /");
  }
  if (!IsWithin(directories.working, directories.home)) {
    return UsageError(directories.working + " is not in the session's directory " + directories.home);
  }
  return directories;
}

Result<FilePolicy> MakeFilePolicy(const FilesystemSettings& settings, const SessionDirectories& directories,
                                  const std::vector<ProtectedPath>& protected_paths,
                                  const std::vector<std::string>& read_only) {
  FilePolicy policy;
  ASSIGN_OR_RETURN(policy.deny_read, PolicyPaths(settings.deny_read, directories));
  ASSIGN_OR_RETURN(policy.allow_read, PolicyPaths(settings.allow_read, directories));
  ASSIGN_OR_RETURN(policy.allow_write, PolicyPaths(settings.allow_write, directories));
  ASSIGN_OR_RETURN(policy.deny_write, PolicyPaths(settings.deny_write, directories));
  for (const std::string& path : policy.allow_write) {
    if (path == "/") return UnsupportedError("'/' in allowWrite of the policy: all would be writable");
    // What is writable is also readable, unless the policy hides it.
    if (AccessAt(policy, path) != Access::kNone) policy.allow_read.push_back(path);
  }
  policy.allow_read.push_back(directories.home);
  for (const std::string_view hidden : kHidden) {
    const std::string path(hidden);
    ASSIGN_OR_RETURN(const std::string canonical, Canonical(path));
    if (canonical == path) policy.deny_read.push_back(path);
  }
  policy.deny_read.push_back(fs::path(directories.home).parent_path());
  for (const std::string& path : read_only) {
    ASSIGN_OR_RETURN(std::string canonical, Canonical(path));
    if (!IsDirectory(canonical)) return NotFoundError("--read-only " + path + ": does not exist");
    policy.deny_write.push_back(std::move(canonical));
  }
  for (const ProtectedPath& path : protected_paths) policy.deny_write.push_back(path.path);
  return policy;
}

Result<std::vector<Mount>> PlanMounts(const FilePolicy& policy, const std::vector<ProtectedPath>& protected_paths,
                                      Placeholders& placeholders) {
  const std::vector<FileRule> rules = EffectiveRules(policy);
  std::map<fs::path, Mount> mounts;  // std::map sorts by components: parents first
  for (const FileRule& rule : rules) {
    std::string path = rule.path;
    const std::optional<std::string> writable = WritableAround(rules, path);
    if (writable && rule.access != Access::kReadWrite) {
      ASSIGN_OR_RETURN(const Placeholders::Cover cover,
                       placeholders.CoverPath(Missing(protected_paths, path), *writable));
      for (const std::string& directory : cover.directories) {
        mounts.try_emplace(directory, Mount{.path = directory, .access = Access::kReadWrite, .directory = true});
      }
      path = cover.path;
    }
    const std::optional<bool> is_directory = IsDirectory(path);
    if (!is_directory) continue;  // it does not exist, and nobody inside can make it
    mounts[path] = Mount{.path = path, .access = rule.access, .directory = *is_directory};
  }
  std::vector<Mount> result;
  result.reserve(mounts.size());
  for (auto& [path, mount] : mounts) result.push_back(std::move(mount));
  return result;
}

}  // namespace hallmark::sandbox
