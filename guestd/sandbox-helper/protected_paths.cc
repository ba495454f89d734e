// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/protected_paths.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "guestd/sandbox-helper/file_policy.h"
#include "lib/base/file.h"

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
    Name{".bash_aliases", false},
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

// In a folder of git's that there is. Where a project has none, .git as a whole is protected: one that a command made
// would bring its own.
constexpr std::array kInGitFolder = {Name{"hooks", true}, Name{"config", false}, Name{"config.worktree", false}};
// This one names the folder that git takes the others from (gitrepository-layout(5)); so it says "from here".
constexpr std::string_view kCommonFolder = "commondir";
constexpr std::string_view kHere = ".\n";

constexpr size_t kMaxSearchedEntries = 50'000;  // 0.1 s of a warm cache if files, more if folders
constexpr size_t kMaxGitFile = 1 << 20;         // bytes: what git takes

bool IsFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// Gathers protected paths; see ProtectedPaths().
class Gatherer {
 public:
  Gatherer(fs::path home, fs::path working_folder)
      : home_(std::move(home)), working_folder_(std::move(working_folder)) {}

  void AddHome() {
    paths_.push_back({.path = home_ / kLockName});
    Add(home_, kInHome);
    AddProject(home_);
  }
  /// What a project may have, whether it is there or not.
  void AddProject(const fs::path& folder) {
    Add(folder, kInProject);
    AddRepository(folder);
  }
  /// What of a project's there is in a folder.
  void AddExisting(const fs::path& folder);
  /// AddExisting() for each folder below home_, not through links, and not into what package managers and git fill.
  /// Shared ones first, so that a session that fills its own can't spoil them.
  void Search() {
    SearchIn({home_ / "mnt", 1});
    SearchIn({home_, 0});
  }

  std::vector<ProtectedPath> Release();

 private:
  struct Folder {
    fs::path path;
    int depth = 0;  ///< below home_
  };

  template <typename Names>
  void Add(const fs::path& folder, const Names& names) {
    for (const Name& name : names) paths_.push_back({(folder / name.path).string(), name.folder, {}});
  }
  /// All that is in a folder. Not one that the command works in: there, what can't be protected alone is an error.
  void AddWhole(const fs::path& folder) { paths_.push_back({folder.string(), true, {}}); }
  void AddRepository(const fs::path& folder);
  /// Where a .git that is a file points to, and that folder's repository.
  void FollowGitFile(const fs::path& folder);
  void AddGitFolder(const fs::path& git);
  void SearchIn(const Folder& top);
  /// The folders in a folder; nothing if it can't be searched.
  std::optional<std::vector<fs::path>> FoldersIn(const fs::path& folder);
  [[nodiscard]] bool LeadsToWork(const fs::path& folder) const {
    return IsWithin(working_folder_.string(), folder.string());
  }

  fs::path home_;
  fs::path working_folder_;
  size_t searched_ = 0;
  std::vector<ProtectedPath> paths_;
};

void Gatherer::AddRepository(const fs::path& folder) {
  const fs::path git = folder / ".git";
  if (IsFolder(git) && Exists(git / "HEAD")) return AddGitFolder(git);
  paths_.push_back({git.string(), true, {}});
  FollowGitFile(folder);
}

void Gatherer::FollowGitFile(const fs::path& folder) {
  const fs::path file = folder / ".git";
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(file, error))) return;
  const Result<std::string> text = ReadSmallFile(file, kMaxGitFile);
  constexpr std::string_view kPrefix = "gitdir: ";
  if (!text.ok() || !text->starts_with(kPrefix)) return;
  const std::string target = text->substr(kPrefix.size(), text->find_first_of("\r\n") - kPrefix.size());
  const fs::path git = (folder / target).lexically_normal();
  if (!IsWithin(git.string(), home_.string())) return;
  // A worktree's is .git/worktrees/NAME of its repository.
  const bool worktree = git.parent_path().filename() == "worktrees";
  const fs::path repository = worktree ? git.parent_path().parent_path() : git;
  if (IsFolder(repository) && Exists(repository / "HEAD")) AddGitFolder(repository);
}

void Gatherer::AddGitFolder(const fs::path& git) {
  Add(git, kInGitFolder);
  paths_.push_back({(git / kCommonFolder).string(), false, kHere});
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(git / "worktrees", error)) {
    for (const char* name : {"commondir", "gitdir", "config.worktree"}) {
      if (Exists(entry.path() / name)) paths_.push_back({(entry.path() / name).string(), false, {}});
    }
  }
  // Those of submodules, whose names may have slashes.
  for (fs::recursive_directory_iterator it(git / "modules", error), end;
       !error && it != end && searched_ < kMaxSearchedEntries; it.increment(error), ++searched_) {
    if (!IsFolder(it->path())) continue;
    const std::string name = it->path().filename();
    if (name == "objects" || name == "refs" || name == "logs" || name == "hooks") it.disable_recursion_pending();
    if (!Exists(it->path() / "HEAD")) continue;
    Add(it->path(), kInGitFolder);
    paths_.push_back({(it->path() / kCommonFolder).string(), false, kHere});
  }
}

void Gatherer::AddExisting(const fs::path& folder) {
  bool has_link = false;
  // Each is looked at once: this is done for every folder that a session has.
  const auto is_there = [&](const fs::path& name) {
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(folder / name, ignored);
    has_link = has_link || fs::is_symlink(status);
    return fs::exists(status);
  };
  std::vector<ProtectedPath> found;
  for (const Name& name : kInProject) {
    const fs::path path = name.path;
    if (path.has_parent_path() && !is_there(path.parent_path())) continue;
    if (is_there(path)) found.push_back({(folder / path).string(), name.folder, {}});
  }
  const bool has_git = is_there(".git");
  if (has_link && !LeadsToWork(folder)) return AddWhole(folder);
  paths_.insert(paths_.end(), found.begin(), found.end());
  if (has_git) AddRepository(folder);
}

std::optional<std::vector<fs::path>> Gatherer::FoldersIn(const fs::path& folder) {
  std::vector<fs::path> folders;
  if (access(folder.c_str(), R_OK | X_OK) != 0) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    // The session's own folder is looked through to its end: as a whole it can't be protected.
    if (++searched_ > kMaxSearchedEntries && folder != home_) return std::nullopt;
    std::error_code ignored;
    if (!fs::is_directory(it->symlink_status(ignored))) continue;
    const fs::path name = it->path().filename();
    if (name != ".git" && name != "node_modules") folders.push_back(it->path());
  }
  if (error) return std::nullopt;
  return folders;
}

void Gatherer::SearchIn(const Folder& top) {
  if (!IsFolder(top.path)) return;
  searched_ = 0;
  std::deque<Folder> found = {top};
  for (; !found.empty(); found.pop_front()) {
    const Folder& folder = found.front();
    if (folder.depth > 0) AddExisting(folder.path);
    if (folder.depth == kSearchDepth) continue;
    const std::optional<std::vector<fs::path>> folders = FoldersIn(folder.path);
    if (!folders && folder.depth > 0 && !LeadsToWork(folder.path)) AddWhole(folder.path);
    if (!folders) continue;
    for (const fs::path& path : *folders) {
      if (folder.depth > 0 || path != home_ / "mnt") found.push_back({path, folder.depth + 1});
    }
  }
}

std::vector<ProtectedPath> Gatherer::Release() {
  std::sort(paths_.begin(), paths_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  paths_.erase(std::unique(paths_.begin(), paths_.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
               paths_.end());
  return std::move(paths_);
}

}  // namespace

std::vector<ProtectedPath> ProtectedPaths(const std::string& home, const std::string& working_folder) {
  Gatherer gatherer(home, working_folder);
  gatherer.AddHome();
  if (working_folder != home) gatherer.AddProject(working_folder);
  for (fs::path folder = fs::path(working_folder).parent_path(); IsWithin(folder.string(), home) && folder != home;
       folder = folder.parent_path()) {
    gatherer.AddExisting(folder);
  }
  gatherer.Search();
  return gatherer.Release();
}

}  // namespace hallmark::sandbox
