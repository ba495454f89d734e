// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "lib/base/file.h"
#include "signing/seal/bundle_archive.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunExport(const Arguments& arguments) {
  cxxopts::Options options("hallmark export", "Write what a signed bundle ships into one archive.");
  options.custom_help("BUNDLE -o FILE [OPTION...]");
  options.add_options()("bundle", "The bundle's directory", cxxopts::value<std::string>(), "BUNDLE")(
      "o,output", "Where the archive goes", cxxopts::value<std::string>()->default_value("bundle.tar.gz"), "FILE");
  AddVerbosityOptions(options);
  options.parse_positional({"bundle"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("bundle") == 0) return UsageError("no bundle named");
  const std::string bundle = (*parsed)["bundle"].as<std::string>();
  Progress progress(VerbosityFrom(*parsed));
  ASSIGN_OR_RETURN(AtomicFile archive, AtomicFile::Create((*parsed)["output"].as<std::string>()));
  RETURN_IF_ERROR(ExportBundle(bundle, archive.file(), progress).WithContext("exporting " + bundle));
  RETURN_IF_ERROR(archive.Commit());
  return 0;
}

}  // namespace hallmark
