// SPDX-License-Identifier: Apache-2.0
#include "signing/verify.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "signing/image_check.h"
#include "tools/hallmark/options.h"
#include "tools/hallmark/verb.h"

namespace hallmark {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDoesNotHold = 3;

Json FindingJson(const Finding& finding) {
  Json json = {{"verdict", VerdictName(finding.verdict)}, {"file", finding.file}, {"message", finding.message}};
  if (finding.offset) json["offset"] = *finding.offset;
  if (finding.length) json["length"] = *finding.length;
  if (finding.chunk) json["chunk"] = *finding.chunk;
  if (finding.partition) json["partition"] = *finding.partition;
  return json;
}

void PrintJson(const VerifyReport& report, bool full) {
  Json json = {{"verdict", VerdictName(report.good() ? Verdict::kGood : report.findings[0].verdict)}, {"full", full}};
  if (report.manifest) {
    const Manifest& manifest = **report.manifest;
    json["name"] = manifest.name;
    json["version"] = manifest.version;
    json["architecture"] = manifest.architecture;
    json["sequence"] = manifest.sequence;
    json["leastSequence"] = manifest.least_sequence;
  }
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings) json["findings"].push_back(FindingJson(finding));
  std::puts(json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

void PrintText(const std::string& bundle, const VerifyReport& report, bool full) {
  for (const Finding& finding : report.findings) {
    (void)std::fprintf(stderr, "hallmark: %s: %s: %s\n", std::string(VerdictName(finding.verdict)).c_str(),
                       finding.file.c_str(), finding.message.c_str());
  }
  if (!report.good()) return;
  const Manifest& manifest = **report.manifest;
  std::printf("%s: %s %s %s, sequence %llu: good (%s check%s)\n", bundle.c_str(), manifest.name.c_str(),
              manifest.version.c_str(), manifest.architecture.c_str(),
              static_cast<unsigned long long>(manifest.sequence), full ? "full" : "quick",
              report.files.contains(ArtifactRole::kRootfs) ? "" : "; rootfs.img is not made yet");
}

}  // namespace

Result<int> RunVerify(const Arguments& arguments) {
  cxxopts::Options options("hallmark verify",
                           "Check a bundle against its signatures. Exit status 3: it does not hold.");
  options.custom_help("BUNDLE --trust FILE [OPTION...]");
  options.add_options()("bundle", "The bundle's folder", cxxopts::value<std::string>(), "BUNDLE")(
      "trust", "The trust file to go by", cxxopts::value<std::string>(), "FILE")(
      "full", "Look at every byte of the images, too")("least-sequence", "The least sequence to take",
                                                       cxxopts::value<uint64_t>()->default_value("0"),
                                                       "N")("json", "Print the result as JSON");
  AddVerbosityOptions(options);
  options.parse_positional({"bundle"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("bundle") == 0) return UsageError("no bundle named");
  if (parsed->count("trust") == 0) {
    return UsageError("no trust file to go by: give --trust FILE")
        .WithHint("not the one that came with the bundle: that proves nothing");
  }
  const std::string bundle = (*parsed)["bundle"].as<std::string>();
  ASSIGN_OR_RETURN(const Trust trust, LoadTrust((*parsed)["trust"].as<std::string>()));
  VerifyOptions verify;
  verify.least_sequence = (*parsed)["least-sequence"].as<uint64_t>();
  const bool full = parsed->count("full") != 0;
  if (full) verify.full_check = CheckImages;
  ASSIGN_OR_RETURN(const VerifyReport report, VerifyBundle(bundle, trust, verify).WithContext("verifying " + bundle));
  if (parsed->count("json") != 0) {
    PrintJson(report, full);
  } else if (VerbosityFrom(*parsed) != Verbosity::kQuiet || !report.good()) {
    PrintText(bundle, report, full);
  }
  return report.good() ? 0 : kDoesNotHold;
}

}  // namespace hallmark
