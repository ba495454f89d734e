// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/bundle_options.h"

#include <filesystem>

#include "tools/cli/common_options.h"

namespace hallmark::cli {

void AddBundleOptions(Options& options) {
  options.AddArgument("bundle", "BUNDLE");
  options.AddText("trust", "FILE", "The trust file that says which keys count");
  options.AddNumber("least-sequence", "N", "The least sequence to accept", {.fallback = 0});
  AddJsonOption(options);
  AddJobsOption(options);
  AddVerbosityOptions(options);
  options.Require({"bundle"});
}

Result<BundleOptions> BundleOptionsFrom(const Parsed& parsed) {
  if (!parsed.Has("trust")) {
    return UsageError("--trust FILE is required")
        .WithHint("give a trust file of your own: the one that came with the bundle proves nothing");
  }
  const std::string& directory = parsed.Text("bundle");
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) return NotFoundError(directory + ": no such directory");
  ASSIGN_OR_RETURN(Trust trust, LoadTrust(parsed.Text("trust")));
  return BundleOptions{
      .directory = directory, .trust = std::move(trust), .least_sequence = parsed.Number("least-sequence")};
}

}  // namespace hallmark::cli
