// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/repair.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "signing/bundle/http_frame_source.h"
#include "signing/bundle/manifest.h"
#include "signing/document/bundle_file.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

bool IsUrl(const std::string& text) { return text.starts_with("http://") || text.starts_with("https://"); }

/// The compressed images of other bundles, in directories and on servers.
Result<FrameSources> SourcesFrom(const cxxopts::ParseResult& parsed) {
  FrameSources sources;
  if (parsed.count("from") == 0) return sources;
  const std::string name = ArtifactFileName(ArtifactRole::kRootfsCompressed, "");
  const long stall_seconds = parsed["stall"].as<unsigned>();
  for (const std::string& directory : parsed["from"].as<std::vector<std::string>>()) {
    if (IsUrl(directory)) {
      sources.push_back(std::make_unique<HttpFrameSource>(directory, name, stall_seconds));
      continue;
    }
    ASSIGN_OR_RETURN(File file, OpenBundleFile(directory, name));
    sources.push_back(std::make_unique<FileFrameSource>(std::move(file)));
  }
  return sources;
}

void PrintReport(const RepairReport& report, bool others, bool as_json) {
  if (as_json) {
    const nlohmann::ordered_json json = {
        {"chunks", report.chunks}, {"frames", report.frames}, {"resized", report.resized}};
    PutJson(json);
    return;
  }
  if (report.resized) std::puts("rootfs.img: has its signed size again");
  for (const size_t chunk : report.chunks) std::printf("rootfs.img: mended chunk %zu\n", chunk);
  for (const size_t frame : report.frames) std::printf("rootfs.img.zst: mended frame %zu\n", frame);
  if (!report.resized && report.chunks.empty() && report.frames.empty()) {
    std::puts(others ? "nothing to mend" : "rootfs.img: nothing to mend; of rootfs.img.zst, --from mends the frames");
  }
}

}  // namespace

Result<int> RunRepair(const Arguments& arguments) {
  cxxopts::Options options("hallmark repair", "Mend the bad chunks of a bundle's rootfs.img in place.");
  options.custom_help("BUNDLE --trust FILE [OPTION...]");
  options.add_options()("chunk", "Look at this chunk alone", cxxopts::value<uint64_t>(), "N")(
      "from", "Another copy of the bundle, a directory or its http URL, to take from what is damaged in this one",
      cxxopts::value<std::vector<std::string>>(),
      "DIRECTORY")("stall", "Give up a server that sends less than 1 KiB/s for so many seconds",
                   cxxopts::value<unsigned>()->default_value("30"), "SECONDS");
  AddBundleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const BundleOptions bundle, BundleOptionsFrom(*parsed));
  RepairOptions repair{.least_sequence = bundle.least_sequence};
  if (parsed->count("chunk") != 0) repair.chunk = (*parsed)["chunk"].as<uint64_t>();
  ASSIGN_OR_RETURN(FrameSources others, SourcesFrom(*parsed));
  const bool has_others = !others.empty();
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  ASSIGN_OR_RETURN(const RepairReport report,
                   RepairImage(bundle.directory, bundle.trust, std::move(others), repair, pool, progress)
                       .WithContext("repairing " + bundle.directory));
  const bool as_json = parsed->count("json") != 0;
  if (as_json || VerbosityFrom(*parsed) != Verbosity::kQuiet) PrintReport(report, has_others, as_json);
  return 0;
}

}  // namespace hallmark
