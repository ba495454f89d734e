// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/restore.h"

#include <string>

#include "lib/json/json_value.h"
#include "tools/cli/bundle_options.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

void PrintReport(const RestoreReport& report, bool as_json, cli::Output& output) {
  if (as_json) {
    output.PutJson(JsonValue::Object(
        {{"wasThere", report.was_there}, {"made", report.made}, {"kept", report.kept}, {"zeros", report.zeros}}));
  } else if (report.was_there) {
    output.Puts("rootfs.img exists already; 'hallmark verify --full' checks every byte of it");
  } else {
    output.Print("rootfs.img: %s made, %s kept from before, %s of holes\n", FormatBytes(report.made).c_str(),
                 FormatBytes(report.kept).c_str(), FormatBytes(report.zeros).c_str());
  }
}

}  // namespace

Result<int> RunRestore(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark restore", "BUNDLE --trust FILE [OPTION...]",
                       "Make a bundle's rootfs.img from its compressed image.");
  options.AddFlag("drop-compressed", "Remove rootfs.img.zst afterwards");
  cli::AddBundleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const cli::BundleOptions bundle, cli::BundleOptionsFrom(*parsed));
  const RestoreOptions restore{.least_sequence = bundle.least_sequence,
                               .drop_compressed = parsed->Has("drop-compressed")};
  Progress progress(cli::VerbosityFrom(*parsed), output.messages());
  ThreadPool pool(cli::JobsFrom(*parsed));
  ASSIGN_OR_RETURN(const RestoreReport report, RestoreImage(bundle.directory, bundle.trust, restore, pool, progress)
                                                   .WithContext("restoring " + bundle.directory));
  const bool as_json = parsed->Has("json");
  if (as_json || cli::VerbosityFrom(*parsed) != Verbosity::kQuiet) PrintReport(report, as_json, output);
  return 0;
}

}  // namespace hallmark
