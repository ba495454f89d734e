// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/lock.h"

#include <filesystem>
#include <map>

#include "lib/base/file.h"
#include "lib/json/json_value.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/packages/resolve.h"
#include "lib/rootfs/recipe/recipe.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// One package that differs between two locks; a version is empty if that lock does not have the package.
struct Change {
  std::string name;
  std::string before;
  std::string after;
};

std::vector<Change> Compare(const Lock& before, const Lock& after) {
  std::map<std::string, Change> changes;
  const auto note = [&](const Lock& lock, std::string Change::*side) {
    for (const Lock::Package& package : lock.packages) changes[package.name].*side = package.version;
    for (const Lock::Npm& npm : lock.npm) changes["npm " + npm.name].*side = npm.version;
    for (const Lock::Python& wheel : lock.python) changes["python " + wheel.name].*side = wheel.version;
    for (const Lock::Release& release : lock.releases) changes["suite " + release.suite].*side = release.date;
  };
  note(before, &Change::before);
  note(after, &Change::after);
  std::vector<Change> different;
  for (auto& [name, change] : changes) {
    if (change.before == change.after) continue;
    change.name = name;
    different.push_back(std::move(change));
  }
  return different;
}

void PrintChanges(const std::vector<Change>& changes, cli::Output& output) {
  if (changes.empty()) return;
  output.Print("%-32s %-28s %s\n", "package", "before", "now");
  for (const Change& change : changes) {
    output.Print("%-32s %-28s %s\n", change.name.c_str(), change.before.empty() ? "-" : change.before.c_str(),
                 change.after.empty() ? "-" : change.after.c_str());
  }
}

void PrintJson(const fs::path& path, const Lock& lock, const std::vector<Change>& changes, cli::Output& output) {
  JsonValue entries = JsonValue::Array();
  for (const Change& change : changes) {
    entries.Append(JsonValue::Object({{"name", change.name}, {"before", change.before}, {"after", change.after}}));
  }
  output.PutJson(JsonValue::Object({{"lock", path.string()},
                                    {"recipe", lock.recipe},
                                    {"packages", lock.packages.size()},
                                    {"changes", std::move(entries)}}));
}

}  // namespace

Result<int> RunLock(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark lock", "RECIPE [OPTION...]", "Resolve a recipe to exact versions and digests.");
  options.AddArgument("recipe", "RECIPE");
  options.AddFlag("update", "Resolve again, and show what changed");
  options.AddText("snapshot", "TIME",
                  "Resolve as of this time, as in 20261101T000000Z, on the recipe's snapshot mirror");
  cli::AddJsonOption(options);
  cli::AddVerbosityOptions(options);
  options.Require({"recipe"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  if (!parsed->Has("recipe")) return UsageError("no recipe named").WithHint("hallmark lock --help");

  ASSIGN_OR_RETURN(Recipe recipe, LoadRecipe(parsed->Text("recipe")));
  if (parsed->Has("snapshot")) {
    if (recipe.apt.snapshot_mirror.empty())
      return UsageError("--snapshot: the recipe names no snapshot_mirror in [apt]");
    recipe.apt.snapshot = parsed->Text("snapshot");
  }
  const fs::path path = LockPath(recipe);
  const bool update = parsed->Has("update") || parsed->Has("snapshot");
  const bool json = parsed->Has("json");
  const Verbosity verbosity = cli::VerbosityFrom(*parsed);
  const Result<Lock> known = LoadLock(recipe, path);
  if (known.ok() && !update) {
    if (json) PrintJson(path, *known, {}, output);
    if (!json && verbosity != Verbosity::kQuiet) {
      output.Print("%s is up to date with the recipe; --update resolves again\n", path.c_str());
    }
    return 0;
  }
  ASSIGN_OR_RETURN(const Cache cache, Cache::Open());
  Progress progress(verbosity, output.messages());
  ASSIGN_OR_RETURN(const Lock lock, Resolve(recipe, cache, progress));
  progress.EndStage();

  // The old lock is compared even if it was made from another state of the recipe.
  Lock before;
  if (const auto text = ReadSmallFile(path); text.ok()) {
    if (const Result<Lock> old = ParseLock(*text, path); old.ok()) before = *old;
  }
  RETURN_IF_ERROR(WriteFileAtomically(path, AsBytes(FormatLock(lock))));
  const std::vector<Change> changes = Compare(before, lock);
  if (json) {
    PrintJson(path, lock, changes, output);
  } else if (verbosity != Verbosity::kQuiet) {
    if (!before.packages.empty()) PrintChanges(changes, output);
    output.Print("%s: %zu packages\n", path.c_str(), lock.packages.size());
  }
  return 0;
}

}  // namespace hallmark
