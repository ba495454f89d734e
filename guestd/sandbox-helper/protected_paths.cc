// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/protected_paths.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

struct Name {
  std::string_view path;
  bool folder;
};

constexpr std::array kInHome = {
    // Shells: bash(1), zsh(1), ksh(1), fish(1).
    Name{".bashrc", false}, Name{".bash_profile", false}, Name{".bash_login", false}, Name{".bash_logout", false},
    Name{".profile", false}, Name{".zshenv", false}, Name{".zprofile", false}, Name{".zshrc", false},
    Name{".zlogin", false}, Name{".zlogout", false}, Name{".kshrc", false}, Name{".config/fish", true},
    // What other programs run or obey: git, ssh, systemd's user units, desktop sessions, ripgrep.
    Name{".gitconfig", false}, Name{".config/git", true}, Name{".ssh", true}, Name{".config/systemd", true},
    Name{".config/autostart", true}, Name{".ripgreprc", false},
    // Editors.
    Name{".vimrc", false}, Name{".vim", true}, Name{".config/nvim", true}, Name{".emacs", false},
    Name{".emacs.d", true}};

constexpr std::array kInProject = {Name{".gitmodules", false}, Name{".envrc", false}, Name{".exrc", false},
                                   // Editors.
                                   Name{".vscode", true}, Name{".idea", true}, Name{".cursor", true},
                                   // Agents.
                                   Name{".mcp.json", false}, Name{".claude/settings.json", false},
                                   Name{".claude/settings.local.json", false}, Name{".claude/commands", true},
                                   Name{".claude/agents", true}, Name{".claude/hooks", true}};

// In a repository that there is. Where there is none, .git as a whole is protected: one that a command made would bring
// its own.
constexpr std::array kInRepository = {Name{".git/hooks", true}, Name{".git/config", false},
                                      Name{".git/config.worktree", false}};

constexpr size_t kMaxSearchedEntries = 20'000;  // below 50 ms of a warm cache

bool IsFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

template <typename Names>
void Add(const fs::path& folder, const Names& names, std::vector<ProtectedPath>& paths) {
  for (const Name& name : names) paths.push_back({(folder / name.path).string(), name.folder});
}

bool IsRepository(const fs::path& folder) { return IsFolder(folder / ".git") && Exists(folder / ".git/HEAD"); }

void AddRepository(const fs::path& folder, std::vector<ProtectedPath>& paths) {
  if (IsRepository(folder)) {
    Add(folder, kInRepository, paths);
    // A placeholder of this one would mislead git (gitrepository-layout(5)); where it is, it names the configuration.
    if (Exists(folder / ".git/commondir")) paths.push_back({(folder / ".git/commondir").string(), false});
  } else {
    paths.push_back({(folder / ".git").string(), true});
  }
}

/// What of a project's names there is in `folder`.
void AddExisting(const fs::path& folder, std::vector<ProtectedPath>& paths) {
  for (const Name& name : kInProject) {
    if (Exists(folder / name.path)) paths.push_back({(folder / name.path).string(), name.folder});
  }
  if (Exists(folder / ".git")) AddRepository(folder, paths);
}

/// Calls `visit` with each folder below `top`, not through links, and not into what package managers and git fill.
template <typename Visit>
void VisitFolders(const fs::path& top, const Visit& visit) {
  std::error_code error;
  size_t entries = 0;
  for (fs::recursive_directory_iterator it(top, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end && entries < kMaxSearchedEntries; it.increment(error), ++entries) {
    const std::string name = it->path().filename();
    if (!IsFolder(it->path())) continue;
    if (name == ".git" || name == "node_modules") {
      it.disable_recursion_pending();
      continue;
    }
    visit(it->path());
    if (it.depth() + 1 >= kSearchDepth) it.disable_recursion_pending();
  }
}

}  // namespace

std::vector<ProtectedPath> ProtectedPaths(const std::string& home, const std::string& working_folder) {
  std::vector<ProtectedPath> paths;
  Add(home, kInHome, paths);
  Add(home, kInProject, paths);
  AddRepository(home, paths);
  if (working_folder != home) {
    Add(working_folder, kInProject, paths);
    AddRepository(working_folder, paths);
  }
  VisitFolders(home, [&](const fs::path& folder) { AddExisting(folder, paths); });
  std::sort(paths.begin(), paths.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  paths.erase(std::unique(paths.begin(), paths.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
              paths.end());
  return paths;
}

}  // namespace hallmark::sandbox
