// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "lib/base/file.h"

namespace hallmark::testing {

/// A folder that lives as long as the test.
class TempDir {
 public:
  TempDir() : folder_(Make()) {}
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(std::string_view name) const { return folder_.path() / name; }

 private:
  static TemporaryFolder Make() {
    auto folder = TemporaryFolder::Create(std::filesystem::temp_directory_path(), "hallmark-test-");
    if (!folder.ok()) throw std::runtime_error(folder.error().message);
    return std::move(folder).value();
  }
  TemporaryFolder folder_;
};

inline void WriteFile(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace hallmark::testing
