// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "lib/base/file.h"
#include "lib/base/time.h"
#include "signing/bundle/full_check.h"
#include "signing/seal/bundle_archive.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunImport(const Arguments& arguments) {
  cxxopts::Options options("hallmark import", "Make a bundle of an archive that 'hallmark export' wrote.");
  options.custom_help("FILE -o BUNDLE --trust FILE [OPTION...]");
  options.add_options()("archive", "The archive", cxxopts::value<std::string>(), "FILE")(
      "o,output", "The bundle's directory, new or empty", cxxopts::value<std::string>(), "BUNDLE")(
      "trust", "The trust file to go by", cxxopts::value<std::string>(), "FILE")(
      "least-sequence", "The least sequence to take", cxxopts::value<uint64_t>()->default_value("0"), "N");
  AddJobsOption(options);
  AddVerbosityOptions(options);
  options.parse_positional({"archive"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  for (const char* needed : {"archive", "output", "trust"}) {
    if (parsed->count(needed) == 0) {
      return UsageError("import: " + std::string(needed) + " is missing").WithHint("hallmark import --help");
    }
  }
  ASSIGN_OR_RETURN(const Trust trust, LoadTrust((*parsed)["trust"].as<std::string>()));
  const std::string path = (*parsed)["archive"].as<std::string>();
  const std::string bundle = (*parsed)["output"].as<std::string>();
  ASSIGN_OR_RETURN(const File archive, File::OpenForReading(path));
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  const VerifyOptions check{
      .least_sequence = (*parsed)["least-sequence"].as<uint64_t>(),
      .full_check = [&](const VerifiedManifest& manifest,
                        const BundleFiles& files) { return CheckEveryByte(manifest, files, pool, progress); },
      .always_full = true,
      .update_at = CurrentUtcSecond()};
  ASSIGN_OR_RETURN(const VerifiedManifest manifest,
                   ImportBundle(archive, bundle, trust, check, progress).WithContext("importing"));
  if (VerbosityFrom(*parsed) != Verbosity::kQuiet) {
    std::printf("%s: %s %s %s, sequence %llu\n", bundle.c_str(), manifest->name.c_str(), manifest->version.c_str(),
                manifest->architecture.c_str(), static_cast<unsigned long long>(manifest->sequence));
  }
  return 0;
}

}  // namespace hallmark
