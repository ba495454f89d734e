// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "guestd/sandbox-helper/file_plan.h"
#include "tests/support/temp_dir.h"

namespace hallmark::sandbox {

/// A session's directory, sessions/me, with a working directory in it, work.
class SessionFixture : public ::testing::Test {
 protected:
  SessionFixture() {
    namespace fs = std::filesystem;
    fs::create_directories(home_ / "work");
    directories_ = {.home = fs::canonical(home_), .working = fs::canonical(home_ / "work")};
  }

  Result<std::vector<Mount>> Plan(const FilesystemSettings& settings, Placeholders& placeholders,
                                  const std::vector<std::string>& read_only = {}) {
    const std::vector<ProtectedPath> paths = ProtectedPaths(directories_.home, directories_.working);
    ASSIGN_OR_RETURN(const FilePolicy policy, MakeFilePolicy(settings, directories_, paths, read_only));
    return PlanMounts(policy, paths, placeholders);
  }
  Mount In(const char* name, Access access, bool directory) {
    return {directories_.home + "/" + name, access, directory};
  }
  /// Files and directories below.
  static size_t Entries(const std::filesystem::path& directory) {
    return static_cast<size_t>(std::distance(std::filesystem::recursive_directory_iterator(directory), {}));
  }

  hallmark::testing::TempDir top_;
  std::filesystem::path home_ = top_ / "sessions/me";
  SessionDirectories directories_;
  FilesystemSettings writable_ = {.allow_write = {"~", "."}};
};

}  // namespace hallmark::sandbox
