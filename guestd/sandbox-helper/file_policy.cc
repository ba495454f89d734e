// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/file_policy.h"

#include <algorithm>
#include <filesystem>

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

/// The length of the longest of `directories` that contains `path`; 0 if none does.
size_t DeepestAround(const std::vector<std::string>& directories, std::string_view path) {
  size_t deepest = 0;
  for (const std::string& directory : directories) {
    if (IsWithin(path, directory)) deepest = std::max(deepest, directory.size());
  }
  return deepest;
}

}  // namespace

bool IsWithin(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

Access AccessAt(const FilePolicy& policy, std::string_view path) {
  const size_t denied = DeepestAround(policy.deny_read, path);
  if (denied > 0 && denied >= DeepestAround(policy.allow_read, path)) return Access::kNone;
  if (DeepestAround(policy.deny_write, path) > 0) return Access::kReadOnly;
  return DeepestAround(policy.allow_write, path) > 0 ? Access::kReadWrite : Access::kReadOnly;
}

std::vector<FileRule> EffectiveRules(const FilePolicy& policy) {
  std::vector<std::string> paths;
  for (const auto* list : {&policy.deny_read, &policy.allow_read, &policy.allow_write, &policy.deny_write}) {
    paths.insert(paths.end(), list->begin(), list->end());
  }
  std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
    return fs::path(a) < fs::path(b);  // by component: the content of a directory follows right after it
  });
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::vector<FileRule> rules;
  for (const std::string& path : paths) {
    const auto around =
        std::find_if(rules.rbegin(), rules.rend(), [&](const FileRule& rule) { return IsWithin(path, rule.path); });
    const Access outside = around == rules.rend() ? Access::kReadOnly : around->access;
    if (const Access access = AccessAt(policy, path); access != outside) rules.push_back({path, access});
  }
  return rules;
}

Result<std::string> PolicyPath(std::string_view text, const std::string& home, const std::string& working_directory) {
  const auto refuse = [&](std::string_view why) {
    return UnsupportedError("'" + std::string(text) + "' in the policy: " + std::string(why));
  };
  std::string_view rest = text;
  if (rest.ends_with("/**")) rest.remove_suffix(rest.size() == 3 ? 2 : 3);
  if (rest.empty()) return refuse("an empty path");
  if (rest.find_first_of(std::string_view("*?[]{}\0", 7)) != std::string_view::npos) {
    return refuse("wildcards are for a final '/**' only");
  }
  fs::path directory = working_directory;
  if (rest.starts_with('/')) {
    directory = "/";
  } else if (rest == "~" || rest.starts_with("~/")) {
    directory = home;
    rest.remove_prefix(std::min<size_t>(2, rest.size()));
  } else if (rest.starts_with('~')) {
    return refuse("another user's home");
  }
  while (rest.starts_with('/')) rest.remove_prefix(1);
  std::string path = (directory / rest).lexically_normal().string();
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!IsWithin(path, directory.string())) return refuse("'..' leads out of where it begins");
  return path;
}

}  // namespace hallmark::sandbox
