// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/protected_paths.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "guestd/sandbox-helper/file_policy.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"

namespace hallmark::sandbox {
namespace {

namespace fs = std::filesystem;

struct Name {
  std::string_view path;
  bool directory;
};

constexpr std::array kInHome = {
    // Shells: bash(1), zsh(1), ksh(1), fish(1).
    Name{".bashrc", false}, Name{".bash_profile", false}, Name{".bash_login", false}, Name{".bash_logout", false},
    Name{".profile", false}, Name{".zshenv", false}, Name{".zprofile", false}, Name{".zshrc", false},
    Name{".zlogin", false}, Name{".zlogout", false}, Name{".kshrc", false}, Name{".config/fish", true},
    Name{".bash_aliases", false},
    // Files that other programs run or obey: git, ssh, systemd's user units, desktop sessions, ripgrep.
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

// Names in an existing directory of git. If a project has none, .git as a whole is protected: a command that made one
// would bring its own hooks.
constexpr std::array kInGitDirectory = {Name{"hooks", true}, Name{"config", false}, Name{"config.worktree", false}};
// This file names the directory from which git takes the others (gitrepository-layout(5)). The placeholder's content
// means "from here".
constexpr std::string_view kCommonDirectory = "commondir";
constexpr std::string_view kHere = ".\n";

constexpr size_t kMaxSearchedEntries = 50'000;  // all directories; this takes less than 0.5 s with a warm cache
// For a directory whose subdirectories are not searched: if it has more entries, looking for each name costs less.
constexpr size_t kMaxListedEntries = 1000;
constexpr size_t kMaxGitFile = 1 << 20;  // bytes; git's own limit

bool IsDirectory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// True for the first component of a name that a project may have: the search looks for these in every directory.
bool Matters(std::string_view name) {
  if (!name.starts_with('.')) return false;
  return name == ".git" || std::any_of(kInProject.begin(), kInProject.end(), [&](const Name& in_project) {
           return in_project.path.substr(0, in_project.path.find('/')) == name;
         });
}

struct Entry {
  std::string name;
  bool is_link = false;
};

/// The entries of a directory that the search uses.
struct Listing {
  std::vector<Entry> matter;             ///< see Matters()
  std::vector<std::string> directories;  ///< sorted by name

  [[nodiscard]] const Entry* Find(const std::string& name) const {
    const auto found =
        std::find_if(matter.begin(), matter.end(), [&](const Entry& entry) { return entry.name == name; });
    return found == matter.end() ? nullptr : &*found;
  }
};

/// The kind of an entry: DT_DIR, DT_LNK or another. Most filesystems report it with the entry.
unsigned char KindOf(int directory, const dirent& entry) {
  struct stat status {};
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  if (fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return static_cast<unsigned char>(IFTODT(status.st_mode));
}

/// Collects protected paths; see ProtectedPaths().
class Gatherer {
 public:
  Gatherer(fs::path home, fs::path working_directory)
      : home_(std::move(home)), working_directory_(std::move(working_directory)) {}

  void AddHome() {
    paths_.push_back({.path = home_ / kLockName});
    Add(home_, kInHome);
    AddProject(home_);
  }
  /// Adds what a project may have, whether it exists or not.
  void AddProject(const fs::path& directory) {
    Add(directory, kInProject);
    AddRepository(directory);
  }
  /// Adds what a directory has of a project's files. Without a listing, looks for each name.
  void AddExisting(const fs::path& directory, const Listing* listing = nullptr);
  /// Calls AddExisting() for each directory below home_. Does not follow links, and skips directories that package
  /// managers and git fill. Begins with the shared directories, so that a session that fills its own can't use up the
  /// limit before them.
  void Search() {
    SearchIn({home_ / "mnt", 1});
    SearchIn({home_, 0});
  }

  std::vector<ProtectedPath> Release();

 private:
  struct Directory {
    fs::path path;
    int depth = 0;  ///< below home_
  };

  template <typename Names>
  void Add(const fs::path& directory, const Names& names) {
    for (const Name& name : names) paths_.push_back({(directory / name.path).string(), name.directory, {}});
  }
  /// Protects everything in a directory. If the command works in it, what can't be protected alone is an error instead.
  void AddWhole(const fs::path& directory) { paths_.push_back({directory.string(), true, {}}); }
  void AddRepository(const fs::path& directory);
  /// Adds the directory that a .git file points to, and the repository of that directory.
  void FollowGitFile(const fs::path& directory);
  void AddGitDirectory(const fs::path& git);
  void SearchIn(const Directory& top);
  /// Reads a directory once. Empty if it can't be searched, or has too many entries to be worth searching.
  std::optional<Listing> List(const Directory& directory);
  [[nodiscard]] bool LeadsToWork(const fs::path& directory) const {
    return IsWithin(working_directory_.string(), directory.string());
  }

  fs::path home_;
  fs::path working_directory_;
  size_t searched_ = 0;
  std::vector<ProtectedPath> paths_;
};

void Gatherer::AddRepository(const fs::path& directory) {
  const fs::path git = directory / ".git";
  if (IsDirectory(git) && Exists(git / "HEAD")) return AddGitDirectory(git);
  paths_.push_back({git.string(), true, {}});
  FollowGitFile(directory);
}

void Gatherer::FollowGitFile(const fs::path& directory) {
  const fs::path file = directory / ".git";
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(file, error))) return;
  const Result<std::string> text = ReadSmallFile(file, kMaxGitFile);
  constexpr std::string_view kPrefix = "gitdir: ";
  if (!text.ok() || !text->starts_with(kPrefix)) return;
  const std::string target = text->substr(kPrefix.size(), text->find_first_of("\r\n") - kPrefix.size());
  const fs::path git = (directory / target).lexically_normal();
  if (!IsWithin(git.string(), home_.string())) return;
  // The directory of a worktree is .git/worktrees/NAME of its repository.
  const bool worktree = git.parent_path().filename() == "worktrees";
  const fs::path repository = worktree ? git.parent_path().parent_path() : git;
  if (IsDirectory(repository) && Exists(repository / "HEAD")) AddGitDirectory(repository);
}

void Gatherer::AddGitDirectory(const fs::path& git) {
  Add(git, kInGitDirectory);
  paths_.push_back({(git / kCommonDirectory).string(), false, kHere});
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(git / "worktrees", error)) {
    for (const char* name : {"commondir", "gitdir", "config.worktree"}) {
      if (Exists(entry.path() / name)) paths_.push_back({(entry.path() / name).string(), false, {}});
    }
  }
  // The directories of submodules, whose names may contain slashes.
  for (fs::recursive_directory_iterator it(git / "modules", error), end;
       !error && it != end && searched_ < kMaxSearchedEntries; it.increment(error), ++searched_) {
    if (!IsDirectory(it->path())) continue;
    const std::string name = it->path().filename();
    if (name == "objects" || name == "refs" || name == "logs" || name == "hooks") it.disable_recursion_pending();
    if (!Exists(it->path() / "HEAD")) continue;
    Add(it->path(), kInGitDirectory);
    paths_.push_back({(it->path() / kCommonDirectory).string(), false, kHere});
  }
}

void Gatherer::AddExisting(const fs::path& directory, const Listing* listing) {
  if (listing != nullptr && listing->matter.empty()) return;  // true for almost every directory of a session
  bool has_link = false;
  const auto is_there = [&](const fs::path& name) {
    if (listing != nullptr && !name.has_parent_path()) {
      const Entry* entry = listing->Find(name.string());
      has_link = has_link || (entry != nullptr && entry->is_link);
      return entry != nullptr;
    }
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(directory / name, ignored);
    has_link = has_link || fs::is_symlink(status);
    return fs::exists(status);
  };
  std::vector<ProtectedPath> found;
  for (const Name& name : kInProject) {
    const fs::path path = name.path;
    if (path.has_parent_path() && !is_there(path.parent_path())) continue;
    if (is_there(path)) found.push_back({(directory / path).string(), name.directory, {}});
  }
  const bool has_git = is_there(".git");
  if (has_link && !LeadsToWork(directory)) return AddWhole(directory);
  paths_.insert(paths_.end(), found.begin(), found.end());
  if (has_git) AddRepository(directory);
}

std::optional<Listing> Gatherer::List(const Directory& directory) {
  // With "/." at the end, so that opening it also requires the right to look names up in it.
  const std::unique_ptr<DIR, Deleter<closedir>> opened(opendir((directory.path.native() + "/.").c_str()));
  if (opened == nullptr) return std::nullopt;
  Listing listing;
  size_t entries = 0;
  errno = 0;
  while (const dirent* const entry = readdir(opened.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (directory.depth == kSearchDepth && ++entries > kMaxListedEntries) return std::nullopt;
    // The session's own directory is searched to its end, because it can't be protected as a whole.
    if (directory.depth < kSearchDepth && ++searched_ > kMaxSearchedEntries && directory.path != home_)
      return std::nullopt;
    const unsigned char kind = KindOf(dirfd(opened.get()), *entry);
    if (Matters(name)) listing.matter.push_back({std::string(name), kind == DT_LNK});
    if (kind == DT_DIR && name != ".git" && name != "node_modules") listing.directories.emplace_back(name);
    errno = 0;
  }
  return errno == 0 ? std::optional(std::move(listing)) : std::nullopt;
}

void Gatherer::SearchIn(const Directory& top) {
  if (!IsDirectory(top.path)) return;
  searched_ = 0;
  std::deque<Directory> found = {top};
  for (; !found.empty(); found.pop_front()) {
    const Directory& directory = found.front();
    const std::optional<Listing> listing = List(directory);
    if (directory.depth > 0) AddExisting(directory.path, listing ? &*listing : nullptr);
    if (directory.depth == kSearchDepth) continue;
    if (!listing && directory.depth > 0 && !LeadsToWork(directory.path)) AddWhole(directory.path);
    if (!listing) continue;
    for (const std::string& name : listing->directories) {
      if (directory.depth > 0 || name != "mnt") found.push_back({directory.path / name, directory.depth + 1});
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

std::vector<ProtectedPath> ProtectedPaths(const std::string& home, const std::string& working_directory) {
  Gatherer gatherer(home, working_directory);
  gatherer.AddHome();
  if (working_directory != home) gatherer.AddProject(working_directory);
  for (fs::path directory = fs::path(working_directory).parent_path();
       IsWithin(directory.string(), home) && directory != home; directory = directory.parent_path()) {
    gatherer.AddExisting(directory);
  }
  gatherer.Search();
  return gatherer.Release();
}

}  // namespace hallmark::sandbox
