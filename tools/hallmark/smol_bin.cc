// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <filesystem>

#include "lib/base/checked.h"
#include "lib/base/progress.h"
#include "lib/exfat/writer.h"
#include "lib/json/json_value.h"
#include "signing/bundle/origin.h"
#include "signing/seal/smol_bin_image.h"
#include "tools/cli/common_options.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/program.h"
#include "tools/cli/verb.h"
#include "tools/hallmark/smol_bin_read.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kSectorSize = 512;

void AddBuildOptions(cli::Options& options) {
  options.AddText("arch", "ARCH", "The guest's architecture", "arm64");
  options.AddText("sdk-daemon", "FILE", "The static program sdk-daemon");
  options.AddText("sandbox-helper", "FILE", "The static program sandbox-helper");
  options.AddText("settings", "FILE", "The egress policy");
  options.AddText("o,output", "FILE", "The image");
  options.AddNumber("sequence", "N", "The release's sequence, larger than the last one's", {});
  options.AddNumber("policy-sequence", "N", "The policy's own sequence (default: --sequence)", {});
  options.AddNumber("least-rootfs-sequence", "N", "The least sequence of a rootfs that may use the image",
                    {.fallback = 0});
  options.AddText("image-version", "VERSION", "Its version (default: --sequence)");
  options.AddSize("size", "Size of the image", std::to_string(kExfatDefaultSize));
  options.AddFlag("stripped", "Refuse programs with a symbol table");
  options.AddFlag("not-stripped", "Refuse programs without a symbol table");
  cli::AddJsonOption(options);
  options.Require({"sdk-daemon", "sandbox-helper", "settings", "output", "sequence"});
  cli::AddSignerOptions(options, "key");
  cli::AddVerbosityOptions(options);
}

Result<SmolBinImageOptions> ImageOptionsFrom(const cli::Parsed& parsed) {
  SmolBinImageOptions image;
  SmolBinManifest& manifest = image.manifest;
  manifest.architecture = parsed.Text("arch");
  manifest.sequence = manifest.policy_sequence = parsed.Number("sequence");
  if (parsed.Has("policy-sequence")) manifest.policy_sequence = parsed.Number("policy-sequence");
  manifest.least_rootfs_sequence = parsed.Number("least-rootfs-sequence");
  manifest.version = std::to_string(manifest.sequence);
  if (parsed.Has("image-version")) manifest.version = parsed.Text("image-version");
  ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch, cli::SourceDateEpoch());
  manifest.source_date_epoch = epoch.value_or(0);
  image.sources = {parsed.Text("sdk-daemon"), parsed.Text("sandbox-helper"), parsed.Text("settings")};
  if (parsed.Has("stripped") && parsed.Has("not-stripped")) {
    return UsageError("--stripped and --not-stripped exclude each other");
  }
  if (parsed.Has("stripped")) image.stripped = true;
  if (parsed.Has("not-stripped")) image.stripped = false;
  image.size = parsed.Number("size");
  if (image.size % kSectorSize != 0) return UsageError("--size: is not a whole number of sectors of 512 bytes");
  return image;
}

void PrintResult(const std::string& path, uint64_t size, const SmolBinImage& image, bool json, cli::Output& output) {
  const SmolBinManifest& manifest = image.manifest;
  if (json) {
    output.PutJson(JsonValue::Object({{"image", path},
                                      {"version", manifest.version},
                                      {"architecture", manifest.architecture},
                                      {"sequence", manifest.sequence},
                                      {"policySequence", manifest.policy_sequence},
                                      {"leastRootfsSequence", manifest.least_rootfs_sequence},
                                      {"size", size},
                                      {"sha256", ToHex(image.sha256)},
                                      {"sha1", ToHex(image.sha1)}}));
    return;
  }
  output.Print("%s: smol-bin %s for %s, sequence %llu, %s\n", path.c_str(), manifest.version.c_str(),
               manifest.architecture.c_str(), static_cast<unsigned long long>(manifest.sequence),
               FormatBytes(size).c_str());
}

fs::path OriginPath(const fs::path& image) { return image.parent_path() / OriginName(image.filename().string()); }

/// Refuses to write the image or its origin over a file that it is made from, such as a key.
Result<void> CheckOutput(const fs::path& output, const SmolBinImageOptions& image, const cli::Parsed& parsed) {
  std::vector<fs::path> inputs(image.sources.begin(), image.sources.end());
  if (parsed.Has("key")) {
    for (const std::string& key : parsed.Texts("key")) inputs.emplace_back(key);
  }
  if (parsed.Has("signer-key")) inputs.emplace_back(parsed.Text("signer-key"));
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

Result<int> RunBuildImage(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options(
      "hallmark smol-bin build",
      "--sdk-daemon FILE --sandbox-helper FILE --settings FILE --key KEY --sequence N -o FILE [OPTION...]",
      "Make a signed smol-bin image.");
  AddBuildOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const SmolBinImageOptions build, ImageOptionsFrom(*parsed));
  ASSIGN_OR_RETURN(const cli::Signers signers, cli::LoadSigners(*parsed, "key"));
  const fs::path path = parsed->Text("output");
  RETURN_IF_ERROR(CheckOutput(path, build, *parsed));
  ASSIGN_OR_RETURN(AtomicFile image_file, AtomicFile::Create(path));
  ASSIGN_OR_RETURN(
      const SmolBinImage image,
      WriteSmolBinImage(build, cli::Pointers(signers), image_file.file()).WithContext("making " + path.string()));
  std::vector<AtomicFile> files;
  files.push_back(std::move(image_file));
  ASSIGN_OR_RETURN(AtomicFile origin, AtomicFile::Create(OriginPath(path)));
  RETURN_IF_ERROR(origin.file().WriteAt(0, AsBytes(ToHex(image.sha1))));
  files.push_back(std::move(origin));
  RETURN_IF_ERROR(AtomicFile::CommitTogether(files));
  const bool json = parsed->Has("json");
  if (json || cli::VerbosityFrom(*parsed) != Verbosity::kQuiet)
    PrintResult(path.string(), build.size, image, json, output);
  return 0;
}

}  // namespace

Result<int> RunSmolBin(const cli::Arguments& arguments, cli::Output& output) {
  static constexpr auto kSubcommands = std::to_array<cli::Verb>({
      {"build", "make a signed image", RunBuildImage},
      {"verify", "check an image, to the last bit", RunSmolBinVerify},
      {"ls", "list what is in it", RunSmolBinList},
      {"extract", "check it, and copy its files to a directory", RunSmolBinExtract},
      {"dump", "print filesystem, manifest and signatures", RunSmolBinDump},
  });
  return cli::RunSubcommand(
      {"hallmark smol-bin", "the image that brings the guest's programs and policy", kSubcommands}, arguments, output);
}

}  // namespace hallmark
