// SPDX-License-Identifier: Apache-2.0
#include "tools/hallmark/smol_bin_read.h"

#include <sys/stat.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cxxopts.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lib/base/output_directory.h"
#include "lib/base/printable.h"
#include "signing/document/bundle_file.h"
#include "signing/document/dsse.h"
#include "signing/seal/smol_bin_image.h"
#include "tools/cli/options.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct ReadOptions {
  std::string image;
  Trust trust;
  SmolBinRequirements requirements;
  bool json = false;
  Verbosity verbosity = Verbosity::kNormal;
};

void AddReadOptions(cxxopts::Options& options) {
  options.add_options()("image", "The image", cxxopts::value<std::string>(), "IMAGE")(
      "trust", "The trust file to go by", cxxopts::value<std::string>(), "FILE")(
      "arch", "The architecture that it must be for (default: any)", cxxopts::value<std::string>(), "ARCH")(
      "least-sequence", "The least sequence to take", cxxopts::value<uint64_t>()->default_value("0"), "N")(
      "least-policy-sequence", "The least sequence of the policy to take",
      cxxopts::value<uint64_t>()->default_value("0"),
      "N")("rootfs-sequence", "The sequence of the rootfs that it is for",
           cxxopts::value<uint64_t>()->default_value("0"), "N")("json", "Print the result as JSON");
  AddVerbosityOptions(options);
  options.parse_positional({"image"});
}

Result<std::optional<ReadOptions>> ReadOptionsFrom(const cxxopts::ParseResult& parsed) {
  if (parsed.count("image") == 0) return UsageError("no image named");
  if (parsed.count("trust") == 0) {
    return UsageError("no trust file to go by: give --trust FILE")
        .WithHint("not one that came with the image: that proves nothing");
  }
  ASSIGN_OR_RETURN(Trust trust, LoadTrust(parsed["trust"].as<std::string>()));
  const std::string architecture = parsed.count("arch") != 0 ? parsed["arch"].as<std::string>() : "";
  if (parsed.count("arch") != 0 && architecture.empty()) return UsageError("--arch: is empty");
  return std::optional(
      ReadOptions{.image = parsed["image"].as<std::string>(),
                  .trust = std::move(trust),
                  .requirements = {.architecture = architecture,
                                   .rootfs_sequence = parsed["rootfs-sequence"].as<uint64_t>(),
                                   .least_sequence = parsed["least-sequence"].as<uint64_t>(),
                                   .least_policy_sequence = parsed["least-policy-sequence"].as<uint64_t>()},
                  .json = parsed.count("json") != 0,
                  .verbosity = VerbosityFrom(parsed)});
}

void PrintReport(const ReadOptions& options, const SmolBinReport& report) {
  if (options.json) {
    Json json = {{"verdict", VerdictName(report.good() ? SmolBinVerdict::kGood : report.findings[0].verdict)}};
    if (report.manifest) {
      const SmolBinManifest& manifest = **report.manifest;
      json["version"] = manifest.version;
      json["architecture"] = manifest.architecture;
      json["sequence"] = manifest.sequence;
      json["policySequence"] = manifest.policy_sequence;
      json["leastRootfsSequence"] = manifest.least_rootfs_sequence;
    }
    json["findings"] = Json::array();
    for (const SmolBinFinding& finding : report.findings) {
      json["findings"].push_back(
          {{"verdict", VerdictName(finding.verdict)}, {"where", finding.where}, {"message", finding.message}});
    }
    PutJson(json);
    return;
  }
  for (const SmolBinFinding& finding : report.findings) {
    (void)std::fprintf(stderr, "hallmark: %s\n", PrintableLines(FindingText(finding)).c_str());
  }
  if (!report.good() || options.verbosity == Verbosity::kQuiet) return;
  const SmolBinManifest& manifest = **report.manifest;
  std::printf("%s: smol-bin %s for %s, sequence %" PRIu64 ", policy sequence %" PRIu64 ": good\n",
              Printable(options.image).c_str(), manifest.version.c_str(), manifest.architecture.c_str(),
              manifest.sequence, manifest.policy_sequence);
}

/// Files of a directory that appears whole or not at all.
class DirectoryOutput : public SmolBinOutput {
 public:
  explicit DirectoryOutput(OutputDirectory& directory) : directory_(directory) {}
  Result<const File*> NewFile(const std::string& name, uint32_t mode) override {
    ASSIGN_OR_RETURN(const File* file, directory_.NewFile(name));
    if (::fchmod(file->fd(), mode) != 0) return ErrnoError(errno, name);
    return file;
  }

 private:
  OutputDirectory& directory_;
};

Result<std::string> ImageFrom(cxxopts::Options& options, const Arguments& arguments, bool* json) {
  options.custom_help("IMAGE [OPTION...]");
  options.add_options()("image", "The image", cxxopts::value<std::string>(), "IMAGE")("json",
                                                                                      "Print the result as JSON");
  options.parse_positional({"image"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return std::string();
  if (parsed->count("image") == 0) return UsageError("no image named");
  *json = parsed->count("json") != 0;
  return (*parsed)["image"].as<std::string>();
}

}  // namespace

Result<int> RunSmolBinVerify(const Arguments& arguments) {
  cxxopts::Options options("hallmark smol-bin verify",
                           "Check an image, to the last bit. Exit status 3: it does not hold.");
  options.custom_help("IMAGE --trust FILE [OPTION...]");
  AddReadOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const std::optional<ReadOptions> read, ReadOptionsFrom(*parsed));
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(read->image));
  ASSIGN_OR_RETURN(const SmolBinReport report,
                   VerifySmolBinImage(image, read->trust, read->requirements).WithContext("verifying " + read->image));
  PrintReport(*read, report);
  return report.good() ? 0 : kDoesNotHold;
}

Result<int> RunSmolBinExtract(const Arguments& arguments) {
  cxxopts::Options options("hallmark smol-bin extract",
                           "Check an image and copy its files to a new directory. Exit status 3: it does not hold.");
  options.custom_help("IMAGE --trust FILE -o DIRECTORY [OPTION...]");
  AddReadOptions(options);
  options.add_options()("o,output", "The directory; it must be new, or empty", cxxopts::value<std::string>(),
                        "DIRECTORY");
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const std::optional<ReadOptions> read, ReadOptionsFrom(*parsed));
  if (parsed->count("output") == 0) return UsageError("no directory to extract to: give -o DIRECTORY");
  const fs::path path = (*parsed)["output"].as<std::string>();
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error)) && !IsEmptyDirectory(path)) {
    return UsageError(path.string() + ": is there already").WithHint("name another directory, or remove it");
  }
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(read->image));
  ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create(path, IsEmptyDirectory));
  DirectoryOutput output(directory);
  ASSIGN_OR_RETURN(
      const SmolBinReport report,
      VerifySmolBinImage(image, read->trust, read->requirements, &output).WithContext("extracting " + read->image));
  if (report.good()) RETURN_IF_ERROR(directory.Commit([](const fs::path&) { return Result<void>(); }));
  PrintReport(*read, report);
  return report.good() ? 0 : kDoesNotHold;
}

Result<int> RunSmolBinList(const Arguments& arguments) {
  cxxopts::Options options("hallmark smol-bin ls", "List the files of an image, without checking signatures.");
  bool json = false;
  ASSIGN_OR_RETURN(const std::string path, ImageFrom(options, arguments, &json));
  if (path.empty()) return 0;
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(path));
  ASSIGN_OR_RETURN(const SmolBinContents contents, ReadSmolBinContents(image));
  Json files = Json::array();
  for (const SmolBinContents::Entry& entry : contents.entries) {
    if (json) {
      files.push_back({{"name", entry.name}, {"size", entry.size}});
    } else {
      std::printf("%12" PRIu64 "  %s\n", entry.size, Printable(entry.name).c_str());
    }
  }
  if (json) PutJson(files);
  return 0;
}

Result<int> RunSmolBinDump(const Arguments& arguments) {
  cxxopts::Options options("hallmark smol-bin dump",
                           "Print what an image says of itself, without checking signatures.");
  bool json = false;
  ASSIGN_OR_RETURN(const std::string path, ImageFrom(options, arguments, &json));
  if (path.empty()) return 0;
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(path));
  ASSIGN_OR_RETURN(const SmolBinContents contents, ReadSmolBinContents(image));
  const Result<Envelope> envelope = ParseEnvelope(contents.envelope_text, "manifest.dsse.json");
  if (json) {
    Json result = {{"size", contents.size},
                   {"clusterSize", contents.cluster_size},
                   {"label", contents.label},
                   {"serial", contents.serial},
                   {"manifest", contents.manifest_text}};
    result["signatures"] = Json::array();
    if (envelope.ok()) {
      for (const EnvelopeSignature& signature : envelope->signatures) result["signatures"].push_back(signature.key_id);
    }
    PutJson(result);
    return 0;
  }
  std::printf("exFAT, %s, clusters of %s, label %s, serial number %08x\n", FormatBytes(contents.size).c_str(),
              FormatBytes(contents.cluster_size).c_str(), Printable(contents.label).c_str(), contents.serial);
  for (const SmolBinContents::Entry& entry : contents.entries) {
    std::printf("%12" PRIu64 "  %s\n", entry.size, Printable(entry.name).c_str());
  }
  std::printf("\n%s", PrintableLines(contents.manifest_text).c_str());
  if (!envelope.ok()) {
    std::printf("\nno envelope: %s\n", Printable(envelope.error().message).c_str());
    return 0;
  }
  std::printf("\n%zu signature%s, not checked here, by\n", envelope->signatures.size(),
              envelope->signatures.size() == 1 ? "" : "s");
  for (const EnvelopeSignature& signature : envelope->signatures) {
    std::printf("  %s\n", Printable(signature.key_id).c_str());
  }
  return 0;
}

}  // namespace hallmark
