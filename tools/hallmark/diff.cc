// SPDX-License-Identifier: Apache-2.0

#include "lib/json/json_value.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"
#include "tools/hallmark/bundle_diff.h"

namespace hallmark {

Result<int> RunDiff(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark diff", "FIRST SECOND [--json]",
                       "Name what differs between two bundles or images. Exit status 3: something does.");
  options.AddArgument("first", "FIRST");
  options.AddArgument("second", "SECOND");
  options.AddFlag("json", "Print the differences as JSON");
  options.Require({"first", "second"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const Differences differences, DiffBundles(parsed->Text("first"), parsed->Text("second")));
  if (parsed->Has("json")) {
    output.PutJson(DifferencesJson(differences));
  } else {
    PrintDifferences(differences, output);
  }
  return DifferencesStatus(differences);
}

}  // namespace hallmark
