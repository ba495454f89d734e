// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/fetch.h"

#include <cstdio>
#include <cxxopts.hpp>

#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunFetch(const Arguments& arguments) {
  cxxopts::Options options("hallmark fetch",
                           "Get all that a recipe's lock names into the cache, for builds --offline.");
  options.custom_help("RECIPE [OPTION...]");
  options.add_options()("recipe", "A recipe.toml, or the directory that holds one", cxxopts::value<std::string>(),
                        "RECIPE");
  AddVerbosityOptions(options);
  options.parse_positional({"recipe"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("recipe") == 0) return UsageError("no recipe named").WithHint("hallmark fetch --help");
  ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe((*parsed)["recipe"].as<std::string>()));
  ASSIGN_OR_RETURN(const Lock lock, LoadLock(recipe, LockPath(recipe)));
  ASSIGN_OR_RETURN(const Cache cache, Cache::Open());
  const Verbosity verbosity = VerbosityFrom(*parsed);
  Progress progress(verbosity);
  RETURN_IF_ERROR(FetchAll(recipe, lock, cache, {}, progress));
  progress.EndStage();
  if (verbosity != Verbosity::kQuiet) std::printf("%s has all of %s\n", cache.directory().c_str(), recipe.name.c_str());
  return 0;
}

}  // namespace hallmark
