// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/restore.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

void PrintReport(const RestoreReport& report, bool as_json) {
  if (as_json) {
    const nlohmann::ordered_json json = {
        {"wasThere", report.was_there}, {"made", report.made}, {"kept", report.kept}, {"zeros", report.zeros}};
    PutJson(json);
  } else if (report.was_there) {
    std::puts("rootfs.img is there already: hallmark verify --full looks at every byte of it");
  } else {
    std::printf("rootfs.img: %s made, %s kept from before, %s of holes\n", FormatBytes(report.made).c_str(),
                FormatBytes(report.kept).c_str(), FormatBytes(report.zeros).c_str());
  }
}

}  // namespace

Result<int> RunRestore(const Arguments& arguments) {
  cxxopts::Options options("hallmark restore", "Make rootfs.img of a bundle from its compressed image.");
  options.custom_help("BUNDLE --trust FILE [OPTION...]");
  options.add_options()("drop-compressed", "Remove rootfs.img.zst afterwards");
  AddBundleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const BundleOptions bundle, BundleOptionsFrom(*parsed));
  const RestoreOptions restore{.least_sequence = bundle.least_sequence,
                               .drop_compressed = parsed->count("drop-compressed") != 0};
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  ASSIGN_OR_RETURN(const RestoreReport report, RestoreImage(bundle.directory, bundle.trust, restore, pool, progress)
                                                   .WithContext("restoring " + bundle.directory));
  const bool as_json = parsed->count("json") != 0;
  if (as_json || VerbosityFrom(*parsed) != Verbosity::kQuiet) PrintReport(report, as_json);
  return 0;
}

}  // namespace hallmark
