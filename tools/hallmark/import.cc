// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "lib/base/file.h"
#include "lib/base/time.h"
#include "signing/bundle/full_check.h"
#include "signing/seal/bundle_archive.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunImport(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark import", "FILE -o BUNDLE --trust FILE [OPTION...]",
                       "Make a bundle from an archive that 'hallmark export' wrote, and verify it.");
  options.AddArgument("archive", "FILE");
  options.AddText("o,output", "BUNDLE", "The bundle's directory, new or empty");
  options.AddText("trust", "FILE", "The trust file that says which keys count");
  options.AddNumber("least-sequence", "N", "The least sequence to accept", {.fallback = 0});
  cli::AddJobsOption(options);
  cli::AddVerbosityOptions(options);
  options.Require({"archive", "output", "trust"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const Trust trust, LoadTrust(parsed->Text("trust")));
  const std::string path = parsed->Text("archive");
  const std::string bundle = parsed->Text("output");
  ASSIGN_OR_RETURN(const File archive, File::OpenForReading(path));
  Progress progress(cli::VerbosityFrom(*parsed), output.messages());
  ThreadPool pool(cli::JobsFrom(*parsed));
  const VerifyOptions check{
      .requirements = {.least_sequence = parsed->Number("least-sequence"), .update_at = CurrentUtcSecond()},
      .full_check = [&](const VerifiedManifest& manifest, const BundleFiles& files,
                        ThreadPool& threads) { return CheckEveryByte(manifest, files, threads, progress); },
      .always_full = true};
  ASSIGN_OR_RETURN(const VerifiedManifest manifest,
                   ImportBundle(archive, bundle, trust, check, pool, progress).WithContext("importing"));
  if (cli::VerbosityFrom(*parsed) != Verbosity::kQuiet) {
    output.Print("%s: %s %s %s, sequence %llu\n", bundle.c_str(), manifest->name.c_str(), manifest->version.c_str(),
                 manifest->architecture.c_str(), static_cast<unsigned long long>(manifest->sequence));
  }
  return 0;
}

}  // namespace hallmark
