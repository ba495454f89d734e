// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::sandbox {

/// What a command may do with a path and with all below it.
enum class Access { kNone, kReadOnly, kReadWrite };

/// Which paths a command may read and write. All are absolute, in normal form, without links.
struct FilePolicy {
  std::vector<std::string> deny_read;    ///< beats what lies above it, and allow_read of the same path
  std::vector<std::string> allow_read;   ///< beats deny_read above it
  std::vector<std::string> allow_write;  ///< what is neither this nor below it can't be written
  std::vector<std::string> deny_write;   ///< beats allow_write wherever that is

  bool operator==(const FilePolicy&) const = default;
};

/// A path whose access differs from that of the directory that it is in.
struct FileRule {
  std::string path;
  Access access = Access::kNone;

  bool operator==(const FileRule&) const = default;
};

/// True if `path` is `directory` or lies in it. Both are in normal form.
bool IsWithin(std::string_view path, std::string_view directory);

/// The access of any path.
Access AccessAt(const FilePolicy& policy, std::string_view path);

/// The whole policy as mounts have it: the deepest rule above a path decides. Parents stand before what they hold; the
/// root directory, which is read-only, is left out.
std::vector<FileRule> EffectiveRules(const FilePolicy& policy);

/// An absolute path in normal form from how a policy writes it: "~" and "~/..." in `home`, a relative one in
/// `working_directory`, "/**" at the end taken off. kUnsupported on other wildcards, and on what leads out of its
/// directory with "..".
Result<std::string> PolicyPath(std::string_view text, const std::string& home, const std::string& working_directory);

}  // namespace hallmark::sandbox
