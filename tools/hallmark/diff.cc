// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "tools/cli/options.h"
#include "tools/cli/verb.h"
#include "tools/hallmark/bundle_diff.h"

namespace hallmark {

Result<int> RunDiff(const Arguments& arguments) {
  cxxopts::Options options("hallmark diff",
                           "Tell by name in what two bundles or images differ. Exit status 3: they do.");
  options.custom_help("FIRST SECOND [--json]");
  options.add_options()("first", "A bundle's directory, or a raw image", cxxopts::value<std::string>(), "FIRST")(
      "second", "Another one", cxxopts::value<std::string>(), "SECOND")("json", "Print the differences as JSON");
  options.parse_positional({"first", "second"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("first") == 0 || parsed->count("second") == 0) {
    return UsageError("diff: two bundles or images are needed").WithHint("hallmark diff --help");
  }
  ASSIGN_OR_RETURN(const Differences differences,
                   DiffBundles((*parsed)["first"].as<std::string>(), (*parsed)["second"].as<std::string>()));
  if (parsed->count("json") != 0) {
    PutJson(DifferencesJson(differences));
  } else {
    PrintDifferences(differences);
  }
  return DifferencesStatus(differences);
}

}  // namespace hallmark
