// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "lib/base/file.h"
#include "signing/seal/bundle_archive.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunExport(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark export", "BUNDLE -o FILE [OPTION...]",
                       "Write what a signed bundle ships into one archive.");
  options.AddArgument("bundle", "BUNDLE");
  options.AddText("o,output", "FILE", "Where the archive goes", "bundle.tar.gz");
  cli::AddVerbosityOptions(options);
  options.Require({"bundle"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::string bundle = parsed->Text("bundle");
  Progress progress(cli::VerbosityFrom(*parsed), output.messages());
  ASSIGN_OR_RETURN(AtomicFile archive, AtomicFile::Create(parsed->Text("output")));
  RETURN_IF_ERROR(ExportBundle(bundle, archive.file(), progress).WithContext("exporting " + bundle));
  RETURN_IF_ERROR(archive.Commit());
  return 0;
}

}  // namespace hallmark
