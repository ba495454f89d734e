// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "lib/rootfs/tree/tree_directory.h"
#include "tests/support/own_ids.h"
#include "tests/support/temp_dir.h"

namespace hallmark::testing {

/// A test with a tree on disk that files of root can be put into.
class TreeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!MayOwnAsRoot()) GTEST_SKIP() << "this machine lets no user make a user namespace";
  }
  TreeTest() {
    Put("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n");
    Put("/etc/group", "root:x:0:\nvideo:x:44:\nshadow:x:0:\n");
  }

  void Put(const std::string& path, std::string_view content) const { WriteFile(OnDisk(path), content); }
  [[nodiscard]] std::filesystem::path OnDisk(const std::string& path) const { return root_.path().string() + path; }
  [[nodiscard]] std::string Content(const std::string& path) const { return ReadFile(OnDisk(path)); }
  [[nodiscard]] std::string Target(const std::string& path) const {
    std::error_code ignored;
    return std::filesystem::read_symlink(OnDisk(path), ignored);
  }
  [[nodiscard]] TreeDirectory Tree() const { return TreeDirectory::Open(root_.path()).value(); }

  TempDir root_;
};

}  // namespace hallmark::testing
