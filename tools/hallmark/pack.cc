// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/pack.h"

#include <cxxopts.hpp>
#include <filesystem>

#include "lib/base/file.h"
#include "signing/bundle/manifest.h"
#include "signing/document/bundle_file.h"
#include "signing/seal/bundle_writer.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunPack(const Arguments& arguments) {
  cxxopts::Options options("hallmark pack", "Make an unsigned bundle of a raw disk image.");
  options.custom_help("IMAGE -o BUNDLE [OPTION...]");
  options.add_options()("image", "The raw image", cxxopts::value<std::string>(), "IMAGE")(
      "o,output", "The bundle's directory", cxxopts::value<std::string>(), "BUNDLE")(
      "name", "What the image is called (default: its file's name without the suffix)", cxxopts::value<std::string>(),
      "NAME")("image-version", "Its version", cxxopts::value<std::string>()->default_value("1"), "VERSION")(
      "arch", "Its architecture", cxxopts::value<std::string>()->default_value("arm64"), "ARCH")(
      "smol-bin", "A smol-bin image to put into the bundle", cxxopts::value<std::string>(), "FILE")(
      "no-sha1", "Write no .origin files");
  AddPackOptions(options);
  AddVerbosityOptions(options);
  options.parse_positional({"image"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  for (const char* needed : {"image", "output"}) {
    if (parsed->count(needed) == 0) {
      return UsageError("pack: " + std::string(needed) + " is missing").WithHint("hallmark pack --help");
    }
  }
  const std::filesystem::path path = (*parsed)["image"].as<std::string>();
  ASSIGN_OR_RETURN(PackOptions pack, PackOptionsFrom(*parsed));
  pack.sha1 = parsed->count("no-sha1") == 0;
  Manifest manifest{.name = path.stem().string(),
                    .version = (*parsed)["image-version"].as<std::string>(),
                    .architecture = (*parsed)["arch"].as<std::string>()};
  if (parsed->count("name") != 0) manifest.name = (*parsed)["name"].as<std::string>();
  ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch, SourceDateEpoch());
  manifest.source_date_epoch = epoch.value_or(0);
  std::vector<BundleFile> extras;
  if (parsed->count("smol-bin") != 0) {
    ASSIGN_OR_RETURN(BundleFile smol_bin, LoadSmolBin((*parsed)["smol-bin"].as<std::string>(), manifest));
    extras.push_back(std::move(smol_bin));
  }
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(path));
  std::error_code error;
  if (std::filesystem::equivalent(path.parent_path() / ".", (*parsed)["output"].as<std::string>(), error)) {
    return UsageError(path.string() + ": lies in the directory that the bundle is to replace")
        .WithHint("name another directory");
  }
  if (LooksCompressed(image)) {
    return UsageError(path.string() + ": is compressed").WithHint("pack takes the raw image, and compresses it itself");
  }
  // Names that can't stand in a manifest are told before the hour that the image takes.
  Manifest first = manifest;
  first.artifacts = {{.role = ArtifactRole::kRootfs}};
  RETURN_IF_ERROR(FormatManifest(first));
  ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create((*parsed)["output"].as<std::string>(), IsBundle));
  Progress progress(VerbosityFrom(*parsed));
  ThreadPool pool(JobsFrom(*parsed));
  RETURN_IF_ERROR(WriteBundle(directory, image, nullptr, std::move(manifest), extras, pack, pool, progress));
  return 0;
}

}  // namespace hallmark
