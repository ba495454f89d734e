// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/guest_files.h"

#include <cstdlib>
#include <vector>

#include "lib/base/file.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxProgramSize = 256 << 20;
constexpr uint64_t kMaxReleaseSize = 1 << 16;

Result<void> AddFile(const fs::path& file, uint64_t limit, const std::string& path, mode_t mode, Timestamp mtime,
                     FileTree& tree) {
  ASSIGN_OR_RETURN(std::string content, ReadSmallFile(file, limit));
  RETURN_IF_ERROR(tree.Put(path, FileTree::RegularFile(std::move(content), mode, mtime)));
  return {};
}

/// Writes to os-release(5) which image this is; the guest tells it to its host. A tree without the file stays without
/// it.
Result<void> NameImage(const Recipe& recipe, FileTree& tree) {
  constexpr const char* kRelease = "/usr/lib/os-release";
  if (!tree.Contains(kRelease)) return {};
  ASSIGN_OR_RETURN(std::string text, tree.ReadFile(kRelease, kMaxReleaseSize));
  text += "IMAGE_ID=\"" + recipe.name + "\"\nIMAGE_VERSION=\"" + recipe.version + "\"\n";
  ASSIGN_OR_RETURN(const FileTree::Index index, tree.Find(kRelease));
  tree.inode(index).SetContent(std::move(text));
  return {};
}

}  // namespace

Result<fs::path> GuestProgram(std::string_view architecture, std::string_view name) {
  const fs::path program = fs::path(architecture) / name;
  std::vector<fs::path> candidates;
  if (const char* own = std::getenv("HALLMARK_GUEST"); own != nullptr && *own != '\0') {
    candidates = {own / program};
  } else {
    std::error_code error;
    const fs::path directory = fs::read_symlink("/proc/self/exe", error).parent_path();
    if (error) return IoError("/proc/self/exe: " + error.message());
    // Installed: $prefix/bin/hallmark. In a build: build/PRESET/tools/hallmark/hallmark.
    candidates = {directory.parent_path() / "libexec/hallmark/guest" / program,
                  directory.parent_path().parent_path() / "guest" / program};
  }
  for (const fs::path& candidate : candidates) {
    std::error_code error;
    if (fs::is_regular_file(candidate, error)) return candidate;
  }
  return Error(NotFoundError(candidates.front().string() + ": no such program for the guest"))
      .WithHint("HALLMARK_GUEST names the directory that holds " + program.string());
}

Result<void> AddGuestFiles(const Recipe& recipe, const std::string& trust, Timestamp mtime, FileTree& tree) {
  for (const std::string& name : recipe.guest.programs) {
    ASSIGN_OR_RETURN(const auto program, GuestProgram(recipe.architecture, name));
    RETURN_IF_ERROR(AddFile(program, kMaxProgramSize, kGuestDirectory + ("/" + name), 0755, mtime, tree));
  }
  if (!trust.empty()) RETURN_IF_ERROR(tree.Put(kGuestTrust, FileTree::RegularFile(trust, 0644, mtime)));
  RETURN_IF_ERROR(NameImage(recipe, tree));
  tree.Compact();
  return {};
}

}  // namespace hallmark
