// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::sandbox {

/// What a command may do with a path and everything below it.
enum class Access { kNone, kReadOnly, kReadWrite };

/// Which paths a command may read and write. All are absolute, in normal form, and free of links.
struct FilePolicy {
  std::vector<std::string> deny_read;    ///< overrides rules above it, and allow_read of the same path
  std::vector<std::string> allow_read;   ///< overrides deny_read above it
  std::vector<std::string> allow_write;  ///< only these paths, and what lies below them, are writable
  std::vector<std::string> deny_write;   ///< overrides allow_write, wherever that is

  bool operator==(const FilePolicy&) const = default;
};

/// A path whose access differs from that of its parent directory.
struct FileRule {
  std::string path;
  Access access = Access::kNone;

  bool operator==(const FileRule&) const = default;
};

/// True if `path` is `directory` or lies in it. Both are in normal form.
bool IsWithin(std::string_view path, std::string_view directory);

/// The access of any path.
Access AccessAt(const FilePolicy& policy, std::string_view path);

/// The whole policy as a list of mounts: for each path, the deepest rule above it decides. Parents stand before their
/// children. The root directory, which is read-only, is left out.
std::vector<FileRule> EffectiveRules(const FilePolicy& policy);

/// The absolute path, in normal form, that a policy means: "~" and "~/..." are in `home`, a relative path is in
/// `working_directory`, and "/**" at the end is removed. kUnsupported for other wildcards, and for a ".." that leads
/// out of its directory.
Result<std::string> PolicyPath(std::string_view text, const std::string& home, const std::string& working_directory);

}  // namespace hallmark::sandbox
