// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/lock.h"

#include <cstdio>
#include <cxxopts.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "lib/base/file.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/packages/resolve.h"
#include "lib/rootfs/recipe/recipe.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// One package that two locks do not agree on; a version is empty where there is none.
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

void PrintChanges(const std::vector<Change>& changes) {
  if (changes.empty()) return;
  std::printf("%-32s %-28s %s\n", "package", "before", "now");
  for (const Change& change : changes) {
    std::printf("%-32s %-28s %s\n", change.name.c_str(), change.before.empty() ? "-" : change.before.c_str(),
                change.after.empty() ? "-" : change.after.c_str());
  }
}

void PrintJson(const fs::path& path, const Lock& lock, const std::vector<Change>& changes) {
  nlohmann::ordered_json json = {{"lock", path.string()}, {"recipe", lock.recipe}, {"packages", lock.packages.size()}};
  json["changes"] = nlohmann::ordered_json::array();
  for (const Change& change : changes) {
    json["changes"].push_back({{"name", change.name}, {"before", change.before}, {"after", change.after}});
  }
  PutJson(json);
}

}  // namespace

Result<int> RunLock(const Arguments& arguments) {
  cxxopts::Options options("hallmark lock", "Resolve a recipe to exact versions and digests.");
  options.custom_help("RECIPE [OPTION...]");
  options.add_options()("recipe", "A recipe.toml, or the directory that holds one", cxxopts::value<std::string>(),
                        "RECIPE")("update", "Resolve again, and show what changed")(
      "snapshot", "Resolve as of this time, as in 20261101T000000Z, on the recipe's snapshot mirror",
      cxxopts::value<std::string>(), "TIME")("json", "Print the result as JSON");
  AddVerbosityOptions(options);
  options.parse_positional({"recipe"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("recipe") == 0) return UsageError("no recipe named").WithHint("hallmark lock --help");

  ASSIGN_OR_RETURN(Recipe recipe, LoadRecipe((*parsed)["recipe"].as<std::string>()));
  if (parsed->count("snapshot") != 0) {
    if (recipe.apt.snapshot_mirror.empty())
      return UsageError("--snapshot: the recipe names no snapshot_mirror in [apt]");
    recipe.apt.snapshot = (*parsed)["snapshot"].as<std::string>();
  }
  const fs::path path = LockPath(recipe);
  const bool update = parsed->count("update") != 0 || parsed->count("snapshot") != 0;
  const bool json = parsed->count("json") != 0;
  const Verbosity verbosity = VerbosityFrom(*parsed);
  const Result<Lock> known = LoadLock(recipe, path);
  if (known.ok() && !update) {
    if (json) PrintJson(path, *known, {});
    if (!json && verbosity != Verbosity::kQuiet) {
      std::printf("%s is up to date with the recipe; --update resolves again\n", path.c_str());
    }
    return 0;
  }
  ASSIGN_OR_RETURN(const Cache cache, Cache::Open());
  Progress progress(verbosity);
  ASSIGN_OR_RETURN(const Lock lock, Resolve(recipe, cache, progress));
  progress.EndStage();

  // What was there counts for the comparison even if it was made from another state of the recipe.
  Lock before;
  if (const auto text = ReadSmallFile(path); text.ok()) {
    if (const Result<Lock> old = ParseLock(*text, path); old.ok()) before = *old;
  }
  RETURN_IF_ERROR(WriteFileAtomically(path, AsBytes(FormatLock(lock))));
  const std::vector<Change> changes = Compare(before, lock);
  if (json) {
    PrintJson(path, lock, changes);
  } else if (verbosity != Verbosity::kQuiet) {
    if (!before.packages.empty()) PrintChanges(changes);
    std::printf("%s: %zu packages\n", path.c_str(), lock.packages.size());
  }
  return 0;
}

}  // namespace hallmark
