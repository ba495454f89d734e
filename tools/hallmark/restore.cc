// SPDX-License-Identifier: Apache-2.0
#include "signing/restore.h"

#include <fcntl.h>

#include <cstdio>
#include <cxxopts.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "signing/image_check.h"
#include "signing/verify.h"
#include "tools/hallmark/options.h"
#include "tools/hallmark/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// A bundle whose manifest and chunk table are trusted.
struct CheckedBundle {
  VerifyReport report;
  ChunkTable table;
};

/// All but rootfs.img must hold: that is what will be made or mended. So must the rest of the bundle, but for the frames,
/// each of which is checked on its own.
Result<CheckedBundle> CheckBundle(const fs::path& bundle, const std::string& trust_file) {
  ASSIGN_OR_RETURN(const Trust trust, LoadTrust(trust_file));
  ASSIGN_OR_RETURN(VerifyReport report, VerifyBundle(bundle, trust, {}).WithContext("verifying " + bundle.string()));
  if (!report.manifest) return VerificationError(bundle.string() + ": " + report.findings.front().message);
  const Manifest& manifest = **report.manifest;
  for (const Finding& finding : report.findings) {
    if (finding.file == manifest.FileName(ArtifactRole::kChunkTable)) {
      return VerificationError(finding.file + " " + finding.message);
    }
  }
  ASSIGN_OR_RETURN(ChunkTable table, LoadChunkTable(manifest, report.files));
  return CheckedBundle{std::move(report), std::move(table)};
}

cxxopts::Options BundleOptions(const char* program, const char* summary) {
  cxxopts::Options options(program, summary);
  options.custom_help("BUNDLE --trust FILE [OPTION...]");
  options.add_options()("bundle", "The bundle's folder", cxxopts::value<std::string>(), "BUNDLE")(
      "trust", "The trust file to go by", cxxopts::value<std::string>(), "FILE")(
      "j,jobs", "Threads to use (default: one a core)", cxxopts::value<unsigned>()->default_value("0"), "N");
  AddVerbosityOptions(options);
  options.parse_positional({"bundle"});
  return options;
}

Result<void> NeedBundleAndTrust(const cxxopts::ParseResult& parsed) {
  if (parsed.count("bundle") == 0) return UsageError("no bundle named");
  if (parsed.count("trust") == 0) {
    return UsageError("no trust file to go by: give --trust FILE")
        .WithHint("not the one that came with the bundle: that proves nothing");
  }
  return {};
}

/// The .zst that frames come from: the bundle's own, or that of another folder.
Result<File> OpenFrames(const fs::path& folder, const Manifest& manifest) {
  return File::OpenForReading(folder / manifest.FileName(ArtifactRole::kRootfsCompressed));
}

}  // namespace

Result<int> RunRestore(const Arguments& arguments) {
  cxxopts::Options options =
      BundleOptions("hallmark restore", "Make rootfs.img from rootfs.img.zst, checking every byte.");
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  RETURN_IF_ERROR(NeedBundleAndTrust(*parsed));
  const fs::path folder = (*parsed)["bundle"].as<std::string>();
  ASSIGN_OR_RETURN(const CheckedBundle bundle, CheckBundle(folder, (*parsed)["trust"].as<std::string>()));
  const Manifest& manifest = **bundle.report.manifest;
  ASSIGN_OR_RETURN(const File frames, OpenFrames(folder, manifest));
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  RETURN_IF_ERROR(RestoreImage(folder / manifest.FileName(ArtifactRole::kRootfs), bundle.table, FileFrameSource(frames),
                               pool, progress));
  return 0;
}

Result<int> RunRepair(const Arguments& arguments) {
  cxxopts::Options options =
      BundleOptions("hallmark repair", "Mend the chunks of rootfs.img that are not what was signed.");
  options.add_options()("chunk", "Mend this chunk, and look at no other", cxxopts::value<size_t>(), "N")(
      "from", "Take frames from this bundle's rootfs.img.zst", cxxopts::value<std::string>(), "FOLDER")(
      "json", "Print the result as JSON");
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  RETURN_IF_ERROR(NeedBundleAndTrust(*parsed));
  const fs::path folder = (*parsed)["bundle"].as<std::string>();
  ASSIGN_OR_RETURN(const CheckedBundle bundle, CheckBundle(folder, (*parsed)["trust"].as<std::string>()));
  const Manifest& manifest = **bundle.report.manifest;
  const fs::path image_path = folder / manifest.FileName(ArtifactRole::kRootfs);
  Result<File> image = File::Open(image_path, O_RDWR | O_NOFOLLOW);
  if (!image.ok()) return std::move(image).error().WithHint("hallmark restore makes it from rootfs.img.zst");
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  std::vector<size_t> bad;
  if (parsed->count("chunk") != 0) {
    bad = {(*parsed)["chunk"].as<size_t>()};
    if (bad.front() >= bundle.table.chunks.size()) {
      return UsageError("--chunk: the image has " + std::to_string(bundle.table.chunks.size()) +
                        " chunks, counted from 0");
    }
  } else {
    progress.BeginStage("Looking for bad chunks");
    ASSIGN_OR_RETURN(bad, FindBadChunks(*image, bundle.table, pool));
  }
  if (!bad.empty()) {
    const fs::path source_folder = parsed->count("from") != 0 ? fs::path((*parsed)["from"].as<std::string>()) : folder;
    ASSIGN_OR_RETURN(const File frames, OpenFrames(source_folder, manifest));
    RETURN_IF_ERROR(RepairChunks(*image, bundle.table, bad, FileFrameSource(frames), pool, progress));
  }
  progress.EndStage();
  if (parsed->count("json") != 0) {
    std::puts(nlohmann::ordered_json{{"bundle", folder.string()}, {"repaired", bad}}.dump(2).c_str());
  } else if (VerbosityFrom(*parsed) != Verbosity::kQuiet) {
    std::printf("%s: %zu of %zu chunks mended\n", image_path.c_str(), bad.size(), bundle.table.chunks.size());
  }
  return 0;
}

}  // namespace hallmark
