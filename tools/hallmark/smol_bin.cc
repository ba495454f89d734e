// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cxxopts.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/exfat/exfat.h"
#include "signing/bundle/origin.h"
#include "signing/seal/smol_bin_image.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"
#include "tools/hallmark/smol_bin_read.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr uint64_t kSectorSize = 512;

void AddBuildOptions(cxxopts::Options& options) {
  options.add_options()("arch", "The guest's architecture", cxxopts::value<std::string>()->default_value("arm64"),
                        "ARCH")("sdk-daemon", "The static program sdk-daemon", cxxopts::value<std::string>(), "FILE")(
      "sandbox-helper", "The static program sandbox-helper", cxxopts::value<std::string>(), "FILE")(
      "settings", "The egress policy", cxxopts::value<std::string>(), "FILE")("o,output", "The image",
                                                                              cxxopts::value<std::string>(), "FILE")(
      "sequence", "The release's sequence, larger than the last one's", cxxopts::value<uint64_t>(), "N")(
      "policy-sequence", "The policy's own sequence (default: --sequence)", cxxopts::value<uint64_t>(), "N")(
      "least-rootfs-sequence", "The least sequence of a rootfs that takes the image",
      cxxopts::value<uint64_t>()->default_value("0"),
      "N")("image-version", "Its version (default: --sequence)", cxxopts::value<std::string>(), "VERSION")(
      "size", "Size of the image", cxxopts::value<std::string>()->default_value(std::to_string(kExfatDefaultSize)),
      "N")("stripped", "Refuse programs with a symbol table")("not-stripped", "Refuse programs without one")(
      "json", "Print the result as JSON");
  AddSignerOptions(options, "key");
  AddVerbosityOptions(options);
}

Result<SmolBinImageOptions> ImageOptionsFrom(const cxxopts::ParseResult& parsed) {
  for (const char* needed : {"sdk-daemon", "sandbox-helper", "settings", "output", "sequence"}) {
    if (parsed.count(needed) == 0) {
      return UsageError("smol-bin build: --" + std::string(needed) + " is missing")
          .WithHint("hallmark smol-bin build --help");
    }
  }
  SmolBinImageOptions image;
  SmolBinManifest& manifest = image.manifest;
  manifest.architecture = parsed["arch"].as<std::string>();
  manifest.sequence = manifest.policy_sequence = parsed["sequence"].as<uint64_t>();
  if (parsed.count("policy-sequence") != 0) manifest.policy_sequence = parsed["policy-sequence"].as<uint64_t>();
  manifest.least_rootfs_sequence = parsed["least-rootfs-sequence"].as<uint64_t>();
  manifest.version = std::to_string(manifest.sequence);
  if (parsed.count("image-version") != 0) manifest.version = parsed["image-version"].as<std::string>();
  ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch, SourceDateEpoch());
  manifest.source_date_epoch = epoch.value_or(0);
  image.sources = {parsed["sdk-daemon"].as<std::string>(), parsed["sandbox-helper"].as<std::string>(),
                   parsed["settings"].as<std::string>()};
  if (parsed.count("stripped") != 0 && parsed.count("not-stripped") != 0) {
    return UsageError("--stripped and --not-stripped can't both be");
  }
  if (parsed.count("stripped") != 0) image.stripped = true;
  if (parsed.count("not-stripped") != 0) image.stripped = false;
  ASSIGN_OR_RETURN(image.size, ParseSize(parsed["size"].as<std::string>(), "--size"));
  if (image.size % kSectorSize != 0) return UsageError("--size: not a whole number of sectors of 512 bytes");
  return image;
}

void PrintResult(const std::string& path, uint64_t size, const SmolBinImage& image, bool json) {
  const SmolBinManifest& manifest = image.manifest;
  if (json) {
    const Json result = {{"image", path},
                         {"version", manifest.version},
                         {"architecture", manifest.architecture},
                         {"sequence", manifest.sequence},
                         {"policySequence", manifest.policy_sequence},
                         {"leastRootfsSequence", manifest.least_rootfs_sequence},
                         {"size", size},
                         {"sha256", ToHex(image.sha256)},
                         {"sha1", ToHex(image.sha1)}};
    PutJson(result);
    return;
  }
  std::printf("%s: smol-bin %s for %s, sequence %llu, %s\n", path.c_str(), manifest.version.c_str(),
              manifest.architecture.c_str(), static_cast<unsigned long long>(manifest.sequence),
              FormatBytes(size).c_str());
}

fs::path OriginPath(const fs::path& image) { return image.parent_path() / OriginName(image.filename().string()); }

/// An image, or its origin, in the place of what it is made of would be the end of that: of a key, above all.
Result<void> CheckOutput(const fs::path& output, const SmolBinImageOptions& image, const cxxopts::ParseResult& parsed) {
  std::vector<fs::path> inputs(image.sources.begin(), image.sources.end());
  if (parsed.count("key") != 0) {
    for (const std::string& key : parsed["key"].as<std::vector<std::string>>()) inputs.emplace_back(key);
  }
  if (parsed.count("signer-key") != 0) inputs.emplace_back(parsed["signer-key"].as<std::string>());
  for (const fs::path& written : {output, OriginPath(output)}) {
    for (const fs::path& input : inputs) {
      std::error_code ignored;
      if (fs::equivalent(input, written, ignored)) {
        return UsageError(written.string() + ": is what the image is made of").WithHint("give -o another name");
      }
    }
  }
  return {};
}

Result<int> RunBuildImage(const Arguments& arguments) {
  cxxopts::Options options("hallmark smol-bin build", "Make a signed smol-bin image.");
  options.custom_help("--sdk-daemon FILE --sandbox-helper FILE --settings FILE --key KEY --sequence N -o FILE");
  AddBuildOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const SmolBinImageOptions build, ImageOptionsFrom(*parsed));
  ASSIGN_OR_RETURN(const Signers signers, LoadSigners(*parsed, "key"));
  const fs::path path = (*parsed)["output"].as<std::string>();
  RETURN_IF_ERROR(CheckOutput(path, build, *parsed));
  ASSIGN_OR_RETURN(AtomicFile output, AtomicFile::Create(path));
  ASSIGN_OR_RETURN(const SmolBinImage image,
                   WriteSmolBinImage(build, Pointers(signers), output.file()).WithContext("making " + path.string()));
  std::vector<AtomicFile> files;
  files.push_back(std::move(output));
  ASSIGN_OR_RETURN(AtomicFile origin, AtomicFile::Create(OriginPath(path)));
  RETURN_IF_ERROR(origin.file().WriteAt(0, AsBytes(ToHex(image.sha1))));
  files.push_back(std::move(origin));
  RETURN_IF_ERROR(AtomicFile::CommitTogether(files));
  const bool json = parsed->count("json") != 0;
  if (json || VerbosityFrom(*parsed) != Verbosity::kQuiet) PrintResult(path.string(), build.size, image, json);
  return 0;
}

}  // namespace

Result<int> RunSmolBin(const Arguments& arguments) {
  static constexpr std::string_view kUsage =
      "hallmark smol-bin build|verify|ls|extract|dump: the image that brings the guest's programs and policy\n\n"
      "  build    make a signed image\n"
      "  verify   check an image, to the last bit\n"
      "  ls       list what is in it\n"
      "  extract  check it, and copy its files to a directory\n"
      "  dump     print filesystem, manifest and signatures\n\n"
      "'hallmark smol-bin build --help' tells the options of one.";
  const std::string verb = arguments.empty() ? "" : arguments[0];
  const Arguments rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
  if (verb == "build") return RunBuildImage(rest);
  if (verb == "verify") return RunSmolBinVerify(rest);
  if (verb == "ls") return RunSmolBinList(rest);
  if (verb == "extract") return RunSmolBinExtract(rest);
  if (verb == "dump") return RunSmolBinDump(rest);
  if (verb == "--help" || verb == "-h") {
    std::printf("%s\n", std::string(kUsage).c_str());
    return 0;
  }
  return UsageError(verb.empty() ? "no subcommand" : "no such subcommand: " + verb)
      .WithHint("it is one of build, verify, ls, extract and dump");
}

}  // namespace hallmark
