// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/repair.h"

#include <string>

#include "lib/json/json_value.h"
#include "signing/bundle/http_frame_source.h"
#include "signing/bundle/manifest.h"
#include "signing/document/signed_directory.h"
#include "tools/cli/bundle_options.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

bool IsUrl(const std::string& text) { return text.starts_with("http://") || text.starts_with("https://"); }

/// The compressed images of other bundles, from directories and servers.
Result<FrameSources> SourcesFrom(const cli::Parsed& parsed) {
  FrameSources sources;
  if (!parsed.Has("from")) return sources;
  const std::string name = ArtifactFileName(ArtifactRole::kRootfsCompressed, "");
  const auto stall_seconds = static_cast<long>(parsed.Number("stall"));
  for (const std::string& directory : parsed.Texts("from")) {
    if (IsUrl(directory)) {
      sources.push_back(MakeHttpFrameSource(directory, name, stall_seconds));
      continue;
    }
    ASSIGN_OR_RETURN(const SignedDirectory bundle, SignedDirectory::Open(directory));
    ASSIGN_OR_RETURN(File file, bundle.OpenFile(name));
    sources.push_back(std::make_unique<FileFrameSource>(std::move(file)));
  }
  return sources;
}

void PrintReport(const RepairReport& report, bool others, bool as_json, cli::Output& output) {
  if (as_json) {
    output.PutJson(
        JsonValue::Object({{"chunks", report.chunks}, {"frames", report.frames}, {"resized", report.resized}}));
    return;
  }
  if (report.resized) output.Puts("rootfs.img: restored its signed size");
  for (const size_t chunk : report.chunks) output.Print("rootfs.img: repaired chunk %zu\n", chunk);
  for (const size_t frame : report.frames) output.Print("rootfs.img.zst: repaired frame %zu\n", frame);
  if (!report.resized && report.chunks.empty() && report.frames.empty()) {
    output.Puts(others ? "nothing to repair"
                       : "rootfs.img: nothing to repair; --from repairs the frames of rootfs.img.zst");
  }
}

}  // namespace

Result<int> RunRepair(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark repair", "BUNDLE --trust FILE [OPTION...]",
                       "Repair the bad chunks of a bundle's rootfs.img in place.");
  options.AddNumber("chunk", "N", "Check and repair this chunk alone", {});
  options.AddTexts(
      "from", "DIRECTORY",
      "Another copy of the bundle, a directory or an http URL, which replaces what is damaged in this one");
  options.AddNumber("stall", "SECONDS", "Give up on a server that sends less than 1 KiB/s for this many seconds",
                    {.fallback = 30, .max = UINT32_MAX});
  cli::AddBundleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const cli::BundleOptions bundle, cli::BundleOptionsFrom(*parsed));
  RepairOptions repair{.least_sequence = bundle.least_sequence};
  if (parsed->Has("chunk")) repair.chunk = parsed->Number("chunk");
  ASSIGN_OR_RETURN(FrameSources others, SourcesFrom(*parsed));
  const bool has_others = !others.empty();
  Progress progress(cli::VerbosityFrom(*parsed), output.messages());
  ThreadPool pool(cli::JobsFrom(*parsed));
  ASSIGN_OR_RETURN(const RepairReport report,
                   RepairImage(bundle.directory, bundle.trust, std::move(others), repair, pool, progress)
                       .WithContext("repairing " + bundle.directory));
  const bool as_json = parsed->Has("json");
  if (as_json || cli::VerbosityFrom(*parsed) != Verbosity::kQuiet) PrintReport(report, has_others, as_json, output);
  return 0;
}

}  // namespace hallmark
