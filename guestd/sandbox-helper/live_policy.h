// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

#include "lib/policy/matcher.h"

namespace hallmark::sandbox {

/// The network rules of a settings file as it is now. A change counts for the next question; a file that is gone or
/// broken allows nothing, until there is a good one again.
class LivePolicy {
 public:
  explicit LivePolicy(std::filesystem::path settings) : settings_(std::move(settings)) {}

  /// Looks whether the file changed, and decides.
  Decision Decide(const Host& host, uint16_t port);

 private:
  /// What tells that a file is not the one that was read.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};  // ctime: nobody can set it back
  };
  static bool Same(const Stamp& a, const Stamp& b);
  void Reload();

  std::filesystem::path settings_;
  std::optional<Stamp> stamp_;  // empty: read again
  Matcher matcher_;
  std::string failure_;  // why there are no settings
};

}  // namespace hallmark::sandbox
