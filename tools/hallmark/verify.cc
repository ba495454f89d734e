// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "lib/base/printable.h"
#include "lib/base/time.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/kernel_parameters.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

using Json = nlohmann::ordered_json;

Json FindingJson(const Finding& finding) {
  Json json = {{"verdict", VerdictName(finding.verdict)}, {"file", finding.file}, {"message", finding.message}};
  if (finding.offset) json["offset"] = *finding.offset;
  if (finding.length) json["length"] = *finding.length;
  if (finding.chunk) json["chunk"] = *finding.chunk;
  if (finding.partition) json["partition"] = *finding.partition;
  return json;
}

void PrintJson(const VerifyReport& report) {
  Json json = {{"verdict", VerdictName(report.good() ? Verdict::kGood : report.findings[0].verdict)},
               {"full", report.full},
               {"trustVersion", report.trust_version},
               {"trustExpires", FormatUtc(report.trust_expires)}};
  if (report.manifest) {
    const Manifest& manifest = **report.manifest;
    json["name"] = manifest.name;
    json["version"] = manifest.version;
    json["architecture"] = manifest.architecture;
    json["sequence"] = manifest.sequence;
    json["leastSequence"] = manifest.least_sequence;
    if (!manifest.command_line.empty()) json["commandLine"] = DirectBootCommandLine(manifest);
  }
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings) json["findings"].push_back(FindingJson(finding));
  PutJson(json);
}

/// True if that is of the image or its frames, whose sound bytes the chunk table names.
bool RepairMends(const Manifest& manifest, const Finding& finding) {
  constexpr std::array kMendable = {Verdict::kTruncated, Verdict::kExtended,  Verdict::kDigest,
                                    Verdict::kTable,     Verdict::kPartition, Verdict::kChunk};
  return std::find(kMendable.begin(), kMendable.end(), finding.verdict) != kMendable.end() &&
         manifest.Find(ArtifactRole::kChunkTable) != nullptr &&
         (finding.file == manifest.FileName(ArtifactRole::kRootfs) ||
          finding.file == manifest.FileName(ArtifactRole::kRootfsCompressed));
}

void PrintText(const std::string& bundle, const VerifyReport& report) {
  for (const Finding& finding : report.findings) {
    (void)std::fprintf(stderr, "hallmark: %s: %s: %s\n", std::string(VerdictName(finding.verdict)).c_str(),
                       finding.file.c_str(), Printable(finding.message).c_str());
  }
  const auto mends = [&](const Finding& finding) { return RepairMends(**report.manifest, finding); };
  if (report.manifest && !report.good() && std::all_of(report.findings.begin(), report.findings.end(), mends)) {
    (void)std::fprintf(stderr, "  'hallmark repair %s' mends it, from the frames here or of another bundle\n",
                       Printable(bundle).c_str());
  }
  if (!report.good()) return;
  const Manifest& manifest = **report.manifest;
  std::printf("%s: %s %s %s, sequence %llu: good (%s check%s)\n", bundle.c_str(), manifest.name.c_str(),
              manifest.version.c_str(), manifest.architecture.c_str(),
              static_cast<unsigned long long>(manifest.sequence), report.full ? "full" : "quick",
              report.files.contains(ArtifactRole::kRootfs) ? "" : "; rootfs.img is not made yet");
}

}  // namespace

Result<int> RunVerify(const Arguments& arguments) {
  cxxopts::Options options("hallmark verify",
                           "Check a bundle against its signatures. Exit status 3: it does not hold.");
  options.custom_help("BUNDLE --trust FILE [OPTION...]");
  options.add_options()("full", "Look at every byte of the images, even where dm-verity guards them")(
      "update", "As a release to go over to: a trust file that has expired vouches for nothing");
  AddBundleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const BundleOptions bundle, BundleOptionsFrom(*parsed));
  VerifyOptions verify{.least_sequence = bundle.least_sequence};
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  if (parsed->count("update") != 0) verify.update_at = CurrentUtcSecond();
  verify.always_full = parsed->count("full") != 0;
  verify.full_check = [&](const VerifiedManifest& manifest, const BundleFiles& files) {
    return CheckEveryByte(manifest, files, pool, progress);
  };
  ASSIGN_OR_RETURN(const VerifyReport report,
                   VerifyBundle(bundle.directory, bundle.trust, verify).WithContext("verifying " + bundle.directory));
  if (parsed->count("json") != 0) {
    PrintJson(report);
  } else if (VerbosityFrom(*parsed) != Verbosity::kQuiet || !report.good()) {
    PrintText(bundle.directory, report);
  }
  return report.good() ? 0 : kDoesNotHold;
}

}  // namespace hallmark
