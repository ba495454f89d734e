// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

#include "lib/policy/matcher.h"

namespace hallmark::sandbox {

/// The network rules of a settings file. A change of the file takes effect at the next decision. While the file is
/// missing or wrong, nothing is allowed.
class LivePolicy {
 public:
  explicit LivePolicy(std::filesystem::path settings) : settings_(std::move(settings)) {}

  /// Reads the file again if it has changed, and decides.
  Decision Decide(const Host& host, uint16_t port);

 private:
  /// What changes whenever the file changes.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};  // ctime: no program can set it back
  };
  static bool Same(const Stamp& a, const Stamp& b);
  void Reload();

  std::filesystem::path settings_;
  std::optional<Stamp> stamp_;  // empty: the file must be read again
  Matcher matcher_;
  std::string failure_;  // why there are no settings
};

}  // namespace hallmark::sandbox
