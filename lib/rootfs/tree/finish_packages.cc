// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/finish_packages.h"

#include <algorithm>
#include <array>
#include <set>

#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "lib/rootfs/tree/finish_tree.h"
#include "lib/rootfs/tree/tree_directory.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

struct Task {
  std::string name;  ///< for a person
  Command command;
  bool enter = true;  ///< runs in the tree; otherwise a program of the builder
};

// The programs are the tree's own, so that each cache has the format that its reader expects.
struct CacheProgram {
  const char* path;
  std::vector<std::string> arguments;
};
const std::array kCachePrograms = {
    CacheProgram{"/usr/sbin/ldconfig", {}},
    CacheProgram{"/usr/bin/systemd-hwdb", {"--usr", "update"}},
    CacheProgram{"/usr/bin/journalctl", {"--update-catalog"}},
    CacheProgram{"/usr/sbin/update-ca-certificates", {}},
    CacheProgram{"/usr/bin/fc-cache", {"--system-only"}},
    CacheProgram{"/usr/bin/update-mime-database", {"/usr/share/mime"}},
};

// Byte code depends on what its process compiled before (marshal's references), so the number of shares is the same on
// any number of cores.
constexpr size_t kPythonShares = 4;

std::vector<std::string> SortedNames(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Every module below `directory` of the tree, as paths in the tree, sorted.
void CollectModules(const fs::path& tree, const std::string& directory, std::vector<std::string>* modules) {
  for (const std::string& name : SortedNames(tree.string() + directory)) {
    const std::string path = directory + "/" + name;
    const fs::file_status status = fs::symlink_status(tree.string() + path);
    if (fs::is_directory(status)) CollectModules(tree, path, modules);
    if (fs::is_regular_file(status) && path.ends_with(".py")) modules->push_back(path);
  }
}

/// Byte code is not checked against its source at run time, because both are in the same read-only image (PEP 552).
void AddPythonTasks(const fs::path& tree, std::vector<Task>* tasks) {
  for (const std::string& version : SortedNames(tree / "usr/lib")) {
    const std::string interpreter = "/usr/bin/" + version;
    if (!version.starts_with("python3.") || !fs::exists(tree.string() + interpreter)) continue;
    std::vector<std::string> modules;
    CollectModules(tree, "/usr/lib/" + version, &modules);
    CollectModules(tree, "/usr/lib/python3/dist-packages", &modules);
    std::array<std::string, kPythonShares> shares;
    for (size_t i = 0; i < modules.size(); ++i) shares[i % kPythonShares] += modules[i] + "\n";
    for (const std::string& share : shares) {
      if (share.empty()) continue;
      tasks->push_back({version + " byte code",
                        {.argv = {interpreter, "-I", "-S", "-m", "compileall", "-q", "-i", "-", "--invalidation-mode",
                                  "unchecked-hash"},
                         .input = share}});
    }
  }
}

std::vector<Task> MakeTasks(const fs::path& tree) {
  std::vector<Task> tasks;
  AddPythonTasks(tree, &tasks);  // the longest task first
  for (const CacheProgram& program : kCachePrograms) {
    if (!fs::exists(tree.string() + program.path)) continue;
    Task task{.name = fs::path(program.path).filename().string(), .command = {.argv = {program.path}}};
    task.command.argv.insert(task.command.argv.end(), program.arguments.begin(), program.arguments.end());
    tasks.push_back(std::move(task));
  }
  for (const std::string& kernel : SortedNames(tree / "usr/lib/modules")) {
    tasks.push_back(
        {.name = "depmod", .command = {.argv = {"depmod", "--basedir=" + tree.string(), kernel}}, .enter = false});
  }
  return tasks;
}

/// Marks what apt would have marked as automatically installed: every package that the recipe does not name and that is
/// not essential.
Result<void> MarkAutomaticPackages(const Recipe& recipe, const Lock& lock, const fs::path& tree) {
  std::set<std::string> wanted;
  for (const std::string& request : recipe.apt.packages) wanted.insert(request.substr(0, request.find('=')));
  std::string states;
  for (const Lock::Package& package : lock.packages) {
    if (package.essential || wanted.contains(package.name)) continue;
    states += "Package: " + package.name +
              "\nArchitecture: " + (package.architecture == "all" ? lock.architecture : package.architecture) +
              "\nAuto-Installed: 1\n\n";
  }
  if (!fs::is_directory(tree / "var/lib/apt")) return {};
  return WriteFileAtomically(tree / "var/lib/apt/extended_states", AsBytes(states));
}

Result<void> Audit(const fs::path& tree, const std::vector<std::string>& environment) {
  // The database must name the tree's architecture only while the dpkg of a builder with another architecture works on
  // the tree.
  std::error_code ignored;
  fs::remove(tree / "var/lib/dpkg/arch", ignored);
  Command command{.argv = {"/usr/bin/dpkg", "--audit"}, .environment = environment};
  ASSIGN_OR_RETURN(const CommandOutput output, RunCommandChecked(InTree(std::move(command), tree, true)));
  if (output.standard_output.empty()) return {};
  return IoError("the packages are not in order; dpkg --audit says:\n" + output.standard_output);
}

}  // namespace

Result<void> FinishPackages(const Recipe& recipe, const Lock& lock, const fs::path& tree,
                            const std::vector<TreeMount>& tools, ThreadPool& pool, Progress& progress) {
  const std::vector<std::string> environment = BuildEnvironment(lock.source_date_epoch);
  std::vector<Task> tasks = MakeTasks(tree);
  progress.BeginStage("Making caches of the tree", tasks.size());
  const auto run = [&](size_t i) -> Result<void> {
    Task& task = tasks[i];
    task.command.environment = environment;
    const Command command = InTree(task.command, tree, task.enter, task.enter ? tools : std::vector<TreeMount>());
    RETURN_IF_ERROR(RunCommandChecked(command).WithContext("running " + task.name));
    progress.Advance(1, task.name);
    return {};
  };
  RETURN_IF_ERROR(ParallelFor(pool, tasks.size(), run));
  RETURN_IF_ERROR(MarkAutomaticPackages(recipe, lock, tree));
  ASSIGN_OR_RETURN(const TreeDirectory directory, TreeDirectory::Open(tree));
  RETURN_IF_ERROR(RemoveMachineIdentity(directory));
  return Audit(tree, environment);
}

}  // namespace hallmark
