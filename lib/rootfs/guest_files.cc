// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/guest_files.h"

#include "lib/base/file.h"
#include "lib/rootfs/initramfs.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxProgramSize = 256 << 20;
constexpr uint64_t kMaxTrustSize = 1 << 20;

Result<void> AddFile(const std::filesystem::path& file, uint64_t limit, const std::string& path, mode_t mode,
                     Timestamp mtime, FileTree& tree) {
  ASSIGN_OR_RETURN(std::string content, ReadSmallFile(file, limit));
  RETURN_IF_ERROR(tree.Put(path, FileTree::RegularFile(std::move(content), mode, mtime)));
  return {};
}

}  // namespace

Result<void> AddGuestFiles(const Recipe& recipe, const std::filesystem::path& trust, Timestamp mtime, FileTree& tree) {
  for (const std::string& name : recipe.guest.programs) {
    ASSIGN_OR_RETURN(const auto program, GuestProgram(recipe.architecture, name));
    RETURN_IF_ERROR(AddFile(program, kMaxProgramSize, kGuestFolder + ("/" + name), 0755, mtime, tree));
  }
  if (!trust.empty()) RETURN_IF_ERROR(AddFile(trust, kMaxTrustSize, kGuestTrust, 0644, mtime, tree));
  tree.Compact();
  return {};
}

}  // namespace hallmark
