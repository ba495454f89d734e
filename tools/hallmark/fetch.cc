// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/fetch.h"

#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunFetch(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark fetch", "RECIPE [OPTION...]",
                       "Download all that a recipe's lock names into the cache, for builds with --offline.");
  options.AddArgument("recipe", "RECIPE");
  cli::AddVerbosityOptions(options);
  options.Require({"recipe"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe(parsed->Text("recipe")));
  ASSIGN_OR_RETURN(const Lock lock, LoadLock(recipe, LockPath(recipe)));
  ASSIGN_OR_RETURN(const Cache cache, Cache::Open());
  const Verbosity verbosity = cli::VerbosityFrom(*parsed);
  Progress progress(verbosity, output.messages());
  RETURN_IF_ERROR(FetchAll(recipe, lock, cache, {}, progress));
  progress.EndStage();
  if (verbosity != Verbosity::kQuiet)
    output.Print("%s has all of %s\n", cache.directory().c_str(), recipe.name.c_str());
  return 0;
}

}  // namespace hallmark
