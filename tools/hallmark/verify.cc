// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/verify.h"

#include <algorithm>
#include <array>

#include "lib/base/printable.h"
#include "lib/base/time.h"
#include "lib/json/json_value.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/kernel_parameters.h"
#include "tools/cli/bundle_options.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

JsonValue FindingJson(const Finding& finding) {
  JsonValue json = JsonValue::Object(
      {{"verdict", VerdictName(finding.verdict)}, {"file", finding.where}, {"message", finding.message}});
  if (finding.offset) json.Set("offset", *finding.offset);
  if (finding.length) json.Set("length", *finding.length);
  if (finding.chunk) json.Set("chunk", *finding.chunk);
  if (finding.partition) json.Set("partition", *finding.partition);
  return json;
}

void PrintJson(const VerifyReport& report, cli::Output& output) {
  JsonValue json =
      JsonValue::Object({{"verdict", VerdictName(report.good() ? Verdict::kGood : report.findings[0].verdict)},
                         {"full", report.full},
                         {"trustVersion", report.trust_version},
                         {"trustExpires", FormatUtc(report.trust_expires)}});
  if (report.manifest) {
    const Manifest& manifest = **report.manifest;
    json.Set("name", manifest.name);
    json.Set("version", manifest.version);
    json.Set("architecture", manifest.architecture);
    json.Set("sequence", manifest.sequence);
    json.Set("leastSequence", manifest.least_sequence);
    if (!manifest.command_line.empty()) json.Set("commandLine", DirectBootCommandLine(manifest));
  }
  JsonValue findings = JsonValue::Array();
  for (const Finding& finding : report.findings) findings.Append(FindingJson(finding));
  json.Set("findings", std::move(findings));
  output.PutJson(json);
}

/// True if repair can fix this finding: it is about the image or its frames, and there is a chunk table.
bool RepairMends(const Manifest& manifest, const Finding& finding) {
  constexpr std::array kMendable = {Verdict::kTruncated, Verdict::kExtended,  Verdict::kDigest,
                                    Verdict::kTable,     Verdict::kPartition, Verdict::kChunk};
  return std::find(kMendable.begin(), kMendable.end(), finding.verdict) != kMendable.end() &&
         manifest.Find(ArtifactRole::kChunkTable) != nullptr &&
         (finding.where == manifest.FileName(ArtifactRole::kRootfs) ||
          finding.where == manifest.FileName(ArtifactRole::kRootfsCompressed));
}

void PrintText(const std::string& bundle, const VerifyReport& report, cli::Output& output) {
  for (const Finding& finding : report.findings) {
    output.Warn("hallmark: %s: %s: %s\n", std::string(VerdictName(finding.verdict)).c_str(), finding.where.c_str(),
                Printable(finding.message).c_str());
  }
  const auto mends = [&](const Finding& finding) { return RepairMends(**report.manifest, finding); };
  if (report.manifest && !report.good() && std::all_of(report.findings.begin(), report.findings.end(), mends)) {
    output.Warn("  'hallmark repair %s' repairs it, with the frames of this bundle or of another one\n",
                Printable(bundle).c_str());
  }
  if (!report.good()) return;
  const Manifest& manifest = **report.manifest;
  output.Print("%s: %s %s %s, sequence %llu: good (%s check%s)\n", bundle.c_str(), manifest.name.c_str(),
               manifest.version.c_str(), manifest.architecture.c_str(),
               static_cast<unsigned long long>(manifest.sequence), report.full ? "full" : "quick",
               report.files.contains(ArtifactRole::kRootfs) ? "" : "; rootfs.img is not made yet");
}

}  // namespace

Result<int> RunVerify(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark verify", "BUNDLE --trust FILE [OPTION...]",
                       "Check a bundle against its signatures. Exit status 3: it does not hold.");
  options.AddFlag("full", "Check every byte of the images, even where dm-verity protects them");
  options.AddFlag("update", "Check it as an update: a trust file that has expired counts for nothing");
  cli::AddBundleOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const cli::BundleOptions bundle, cli::BundleOptionsFrom(*parsed));
  VerifyOptions verify{.requirements = {.least_sequence = bundle.least_sequence}};
  Progress progress(cli::VerbosityFrom(*parsed), output.messages());
  ThreadPool pool(cli::JobsFrom(*parsed));
  if (parsed->Has("update")) verify.requirements.update_at = CurrentUtcSecond();
  verify.always_full = parsed->Has("full");
  verify.full_check = [&](const VerifiedManifest& manifest, const BundleFiles& files, ThreadPool& threads) {
    return CheckEveryByte(manifest, files, threads, progress);
  };
  ASSIGN_OR_RETURN(SignedDirectory directory,
                   SignedDirectory::Open(bundle.directory).WithContext("verifying " + bundle.directory));
  ASSIGN_OR_RETURN(const VerifyReport report,
                   VerifyBundle(directory, bundle.trust, verify, pool).WithContext("verifying " + bundle.directory));
  if (parsed->Has("json")) {
    PrintJson(report, output);
  } else if (cli::VerbosityFrom(*parsed) != Verbosity::kQuiet || !report.good()) {
    PrintText(bundle.directory, report, output);
  }
  return report.good() ? 0 : cli::kDoesNotHold;
}

}  // namespace hallmark
