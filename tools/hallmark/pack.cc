// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/pack.h"

#include <filesystem>

#include "lib/base/file.h"
#include "lib/compress/looks_compressed.h"
#include "signing/bundle/manifest.h"
#include "signing/seal/bundle_writer.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/pack_options.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunPack(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark pack", "IMAGE -o BUNDLE [OPTION...]", "Make an unsigned bundle of a raw disk image.");
  options.AddArgument("image", "IMAGE");
  options.AddText("o,output", "BUNDLE", "The bundle's directory");
  options.AddText("name", "NAME", "What the image is called (default: its file's name without the suffix)");
  options.AddText("image-version", "VERSION", "The image's version", "1");
  options.AddText("arch", "ARCH", "The image's architecture", "arm64");
  options.AddText("smol-bin", "FILE", "A smol-bin image to put into the bundle");
  options.AddFlag("no-sha1", "Write no .origin files");
  cli::AddPackOptions(options);
  cli::AddVerbosityOptions(options);
  options.Require({"image", "output"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::filesystem::path path = parsed->Text("image");
  ASSIGN_OR_RETURN(PackOptions pack, cli::PackOptionsFrom(*parsed));
  pack.sha1 = !parsed->Has("no-sha1");
  Manifest manifest{
      .name = path.stem().string(), .version = parsed->Text("image-version"), .architecture = parsed->Text("arch")};
  if (parsed->Has("name")) manifest.name = parsed->Text("name");
  ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch, cli::SourceDateEpoch());
  manifest.source_date_epoch = epoch.value_or(0);
  std::vector<BundleFile> extras;
  if (parsed->Has("smol-bin")) {
    ASSIGN_OR_RETURN(BundleFile smol_bin, LoadSmolBin(parsed->Text("smol-bin"), manifest));
    extras.push_back(std::move(smol_bin));
  }
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(path));
  std::error_code error;
  if (std::filesystem::equivalent(path.parent_path() / ".", parsed->Text("output"), error)) {
    return UsageError(path.string() + ": lies in the directory that the bundle would replace")
        .WithHint("name another directory");
  }
  if (LooksCompressed(image)) {
    return UsageError(path.string() + ": is compressed").WithHint("pack takes the raw image, and compresses it itself");
  }
  // Refuses a name that a manifest can't hold before the long work on the image.
  Manifest first = manifest;
  first.artifacts = {{.role = ArtifactRole::kRootfs}};
  RETURN_IF_ERROR(FormatManifest(first));
  ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create(parsed->Text("output"), IsBundle));
  Progress progress(cli::VerbosityFrom(*parsed), output.messages());
  ThreadPool pool(cli::JobsFrom(*parsed));
  RETURN_IF_ERROR(WriteBundle(directory, image, nullptr, std::move(manifest), extras, pack, pool, progress));
  return 0;
}

}  // namespace hallmark
