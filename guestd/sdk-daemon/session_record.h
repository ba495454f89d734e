// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestd/common/cgroup.h"
#include "lib/base/result.h"

namespace hallmark::guest {

inline constexpr size_t kMaxRecordSize = 1 << 20;   ///< bytes of JSON
inline constexpr uint64_t kMaxOpenFiles = 1 << 20;  // default of fs.nr_open

/// A directory of the host that a session sees.
struct SharedDirectory {
  std::string source;  ///< relative to the directory of shared directories: "Documents/report"
  std::string name;    ///< its name in the session's mnt: "report"
  bool read_only = false;

  bool operator==(const SharedDirectory&) const = default;
};

/// What is stored of a session beside its home. The user is not in it: the owner of the home tells the uid, so the two
/// can't contradict each other.
struct SessionRecord {
  CgroupLimits limits;
  std::optional<uint64_t> open_files;
  std::optional<uint64_t> quota;  ///< bytes on the session disk
  std::vector<SharedDirectory> directories;

  bool operator==(const SessionRecord&) const = default;
};

/// Parses the text that EncodeSessionRecord() makes. kCorrupt names the wrong member.
Result<SessionRecord> ParseSessionRecord(std::string_view text);
/// The record as canonical JSON.
std::string EncodeSessionRecord(const SessionRecord& record);

}  // namespace hallmark::guest
