// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <filesystem>
#include <future>

#include "lib/base/file.h"
#include "lib/ext4/empty.h"
#include "lib/json/json_value.h"
#include "lib/rootfs/image/boot_files.h"
#include "lib/rootfs/image/guest_files.h"
#include "lib/rootfs/image/image.h"
#include "lib/rootfs/image/sbom.h"
#include "lib/rootfs/image/seed.h"
#include "lib/rootfs/packages/cache.h"
#include "lib/rootfs/packages/fetch.h"
#include "lib/rootfs/packages/installed_packages.h"
#include "lib/rootfs/recipe/lock.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/tree/namespace.h"
#include "lib/rootfs/tree/tree.h"
#include "signing/bundle/kernel_parameters.h"
#include "signing/document/trust.h"
#include "signing/seal/bundle_writer.h"
#include "signing/seal/earlier_bundle.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/pack_options.h"
#include "tools/cli/verb.h"
#include "tools/hallmark/bundle_diff.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

struct BuildOptions {
  fs::path recipe;
  fs::path output;
  fs::path check_against;  ///< empty: nothing
  fs::path smol_bin;       ///< empty: none
  fs::path trust;          ///< empty: none
  bool offline = false;
  bool json = false;
  size_t jobs = 0;
  Verbosity verbosity = Verbosity::kNormal;
  PackageTreeOptions packages;
  PackOptions pack;
};

Result<std::optional<BuildOptions>> ParseBuild(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark build", "RECIPE -o BUNDLE [OPTION...]", "Build a recipe's image: an unsigned bundle.");
  options.AddArgument("recipe", "RECIPE");
  options.AddText("o,output", "BUNDLE", "The bundle's directory");
  options.AddText("smol-bin", "FILE", "A smol-bin image to put into the bundle");
  options.AddText("trust", "FILE", "Trust file for the image: the guest checks smol-bin with it");
  options.AddFlag("offline", "Take everything from the cache; open no socket");
  options.AddFlag("emulate-all",
                  "Let maintainer scripts use none of the builder's programs: slower, and the same image");
  options.AddText("check-against", "OTHER",
                  "Compare the bundle with this one, or with a raw image, and name what differs");
  cli::AddJsonOption(options);
  cli::AddPackOptions(options);
  cli::AddVerbosityOptions(options);
  options.Require({"recipe", "output"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return std::optional<BuildOptions>();
  BuildOptions build{.recipe = parsed->Text("recipe"), .output = parsed->Text("output")};
  if (parsed->Has("check-against")) {
    build.check_against = parsed->Text("check-against");
    std::error_code error;
    if (!fs::exists(build.check_against, error))
      return NotFoundError(build.check_against.string() + ": no such file or directory");
    if (fs::equivalent(build.check_against, build.output, error)) {
      return UsageError("--check-against and --output name the same bundle, which is about to be replaced");
    }
  }
  if (parsed->Has("smol-bin")) build.smol_bin = parsed->Text("smol-bin");
  if (parsed->Has("trust")) build.trust = parsed->Text("trust");
  build.offline = parsed->Has("offline");
  build.json = parsed->Has("json");
  build.jobs = cli::JobsFrom(*parsed);
  build.verbosity = cli::VerbosityFrom(*parsed);
  build.packages.emulate_all = parsed->Has("emulate-all");
  ASSIGN_OR_RETURN(build.pack, cli::PackOptionsFrom(*parsed));
  return std::optional(std::move(build));
}

VerityParameters ToParameters(const ImageFacts& facts) {
  return {.root_hash = facts.verity->root_hash,
          .salt = ByteVector(facts.verity->salt.begin(), facts.verity->salt.end()),
          .data_offset = facts.layout.root.start,
          .data_blocks = facts.verity->data_blocks,
          .hash_offset = facts.layout.verity.start};
}

Result<ByteVector> ReadKernel(const BootFiles& boot) {
  constexpr uint64_t kLimit = 256 << 20;
  ASSIGN_OR_RETURN(const std::string kernel, boot.kernel.ReadContent(kLimit));
  const ByteSpan bytes = AsBytes(kernel);
  return ByteVector(bytes.begin(), bytes.end());
}

ByteVector ToBytes(const std::string& text) { return {text.begin(), text.end()}; }

/// Makes an empty session disk, so that neither host nor guest ever runs mkfs. The file has no name: it disappears when
/// its descriptor is closed.
Result<File> MakeSessionDisk(const Recipe& recipe, const Lock& lock, const WorkDirectory& work) {
  const Seed seed(recipe.name, recipe.architecture);
  ASSIGN_OR_RETURN(File disk, File::Open(work.path(), O_TMPFILE | O_RDWR));
  RETURN_IF_ERROR(WriteEmptyExt4({.size = recipe.image.session_size,
                                  .uuid = seed.Uuid("session disk"),
                                  .hash_seed = seed.Uuid("session disk directory hashes"),
                                  .label = "sessions",
                                  .time = lock.source_date_epoch},
                                 disk)
                      .WithContext("making the session disk"));
  return disk;
}

/// Makes the image and the other files of its bundle from a finished tree, and gives the bundle its name.
Result<Manifest> MakeBundle(const BuildOptions& options, const Recipe& recipe, const Lock& lock, const FileTree& tree,
                            const Cache& cache, const WorkDirectory& work, ThreadPool& pool, Progress& progress) {
  const Timestamp time{.seconds = static_cast<int64_t>(lock.source_date_epoch)};
  // The initramfs is compressed on one core while the others write the root filesystem.
  std::future<Result<BootFiles>> collecting =
      std::async(std::launch::async, [&] { return CollectBootFiles(recipe, tree, time); });
  Manifest manifest{.name = recipe.name,
                    .version = recipe.version,
                    .architecture = recipe.architecture,
                    .source_date_epoch = lock.source_date_epoch,
                    .lock_sha256 = Sha256(AsBytes(FormatLock(lock)))};
  std::vector<BundleFile> extras;
  if (!options.smol_bin.empty()) {
    ASSIGN_OR_RETURN(BundleFile smol_bin, LoadSmolBin(options.smol_bin, manifest));
    extras.push_back(std::move(smol_bin));
  }
  ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create(options.output, IsBundle));
  ASSIGN_OR_RETURN(const File* image, directory.NewFile("rootfs.img"));
  ASSIGN_OR_RETURN(ImageFacts facts, WriteRootPartition(recipe, tree, lock.source_date_epoch, *image, pool, progress));
  ASSIGN_OR_RETURN(BootFiles boot, collecting.get());
  boot.arguments = LeastSequenceParameters(manifest);
  RETURN_IF_ERROR(WriteImageFront(recipe, boot, lock.source_date_epoch, *image, progress, facts));
  if (facts.verity) manifest.verity = ToParameters(facts);
  manifest.command_line = facts.command_line;
  ASSIGN_OR_RETURN(ByteVector kernel, ReadKernel(boot));
  extras.push_back({ArtifactRole::kKernel, std::move(kernel)});
  extras.push_back({ArtifactRole::kInitramfs, boot.initramfs});
  extras.push_back({ArtifactRole::kSbom, ToBytes(MakeSbom(recipe, lock))});
  extras.push_back({ArtifactRole::kProvenance, ToBytes(MakeProvenance(recipe, lock))});
  PackOptions pack = options.pack;
  pack.sha1 = recipe.image.sha1;
  const EarlierBundle earlier(cache.PackedPath(FrameEncoder(pack.level), ""), options.output, manifest);
  pack.known = earlier.frames();
  ASSIGN_OR_RETURN(const File session_disk, MakeSessionDisk(recipe, lock, work));
  ASSIGN_OR_RETURN(manifest,
                   WriteBundle(directory, *image, &session_disk, std::move(manifest), extras, pack, pool, progress));
  earlier.ReplacedBy(manifest);
  return manifest;
}

void PrintSummary(const BuildOptions& options, const Manifest& manifest, const FileTree& tree, const Progress& progress,
                  cli::Output& output) {
  constexpr size_t kPackagesShown = 10;
  const auto size = [&](ArtifactRole role) { return manifest.Find(role)->size; };
  output.Print("%s %s for %s in %s\n", manifest.name.c_str(), manifest.version.c_str(), manifest.architecture.c_str(),
               options.output.c_str());
  for (const Progress::StageTime& stage : progress.StageTimes()) {
    output.Print("  %-36s %s\n", stage.stage.c_str(), FormatDuration(stage.seconds).c_str());
  }
  output.Print("  rootfs.img %s, compressed %s\n", FormatBytes(size(ArtifactRole::kRootfs)).c_str(),
               FormatBytes(size(ArtifactRole::kRootfsCompressed)).c_str());
  if (manifest.verity) output.Print("  root hash %s\n", ToHex(manifest.verity->root_hash).c_str());
  const Result<std::vector<InstalledPackage>> packages = InstalledPackages(tree);
  if (!packages.ok()) return;
  output.Print("  %zu packages, the largest:\n", packages->size());
  for (size_t i = 0; i < std::min(kPackagesShown, packages->size()); ++i) {
    output.Print("    %-10s %s\n", FormatBytes((*packages)[i].size).c_str(), (*packages)[i].name.c_str());
  }
  output.Print("not signed yet: hallmark sign %s --key KEY --trust TRUST --sequence N\n", options.output.c_str());
}

void PrintJson(const BuildOptions& options, const Manifest& manifest, const Progress& progress,
               const std::optional<Differences>& differences, cli::Output& output) {
  JsonValue json = JsonValue::Object({{"bundle", options.output.string()},
                                      {"name", manifest.name},
                                      {"version", manifest.version},
                                      {"architecture", manifest.architecture}});
  if (manifest.verity) json.Set("rootHash", ToHex(manifest.verity->root_hash));
  JsonValue artifacts = JsonValue::Array();
  for (const Artifact& artifact : manifest.artifacts) {
    artifacts.Append(JsonValue::Object(
        {{"file", manifest.FileName(artifact.role)}, {"size", artifact.size}, {"sha256", ToHex(artifact.sha256)}}));
  }
  json.Set("artifacts", std::move(artifacts));
  JsonValue stages = JsonValue::Array();
  for (const Progress::StageTime& stage : progress.StageTimes()) {
    stages.Append(JsonValue::Object({{"stage", stage.stage}, {"seconds", stage.seconds.count()}}));
  }
  json.Set("stages", std::move(stages));
  if (differences) json.Set("comparison", DifferencesJson(*differences));
  output.PutJson(json);
}

/// Reads the trust file and checks it. Empty if no trust file is wanted.
Result<std::string> ReadTrust(const BuildOptions& options) {
  if (options.trust.empty()) return std::string();
  ASSIGN_OR_RETURN(std::string text, ReadSmallFile(options.trust, kMaxTrustSize));
  RETURN_IF_ERROR(ParseTrust(text).WithContext(options.trust.string()));
  return text;
}

/// Empty if the person did not ask for a comparison.
Result<std::optional<Differences>> CheckAgainst(const BuildOptions& options, Progress& progress) {
  if (options.check_against.empty()) return std::optional<Differences>();
  progress.BeginStage("Comparing with " + options.check_against.string());
  ASSIGN_OR_RETURN(Differences differences, DiffBundles(options.check_against, options.output));
  return std::optional(std::move(differences));
}

}  // namespace

Result<int> RunBuild(const cli::Arguments& arguments, cli::Output& output) {
  ASSIGN_OR_RETURN(const std::optional<BuildOptions> options, ParseBuild(arguments, output));
  if (!options) return 0;
  ASSIGN_OR_RETURN(const std::string trust, ReadTrust(*options));
  ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe(options->recipe));
  ASSIGN_OR_RETURN(const Lock lock, LoadLock(recipe, LockPath(recipe)));
  RETURN_IF_ERROR(CheckEmulation(recipe.architecture));
  ASSIGN_OR_RETURN(const Cache cache, Cache::Open());
  RETURN_IF_ERROR(EnterBuildNamespace());

  Progress progress(options->verbosity, output.messages());
  RETURN_IF_ERROR(FetchAll(recipe, lock, cache, {.offline = options->offline}, progress));
  ThreadPool pool(options->jobs);
  ASSIGN_OR_RETURN(const WorkDirectory work, WorkDirectory::Create(cache));
  ASSIGN_OR_RETURN(FileTree tree, MakeTree(recipe, lock, cache, work, options->packages, pool, progress));
  const Timestamp time{.seconds = static_cast<int64_t>(lock.source_date_epoch)};
  RETURN_IF_ERROR(AddGuestFiles(recipe, trust, time, tree));
  ASSIGN_OR_RETURN(const Manifest manifest, MakeBundle(*options, recipe, lock, tree, cache, work, pool, progress));
  ASSIGN_OR_RETURN(const std::optional<Differences> differences, CheckAgainst(*options, progress));
  progress.EndStage();
  if (options->json) {
    PrintJson(*options, manifest, progress, differences, output);
  } else if (options->verbosity != Verbosity::kQuiet) {
    PrintSummary(*options, manifest, tree, progress, output);
  }
  const bool nothing_to_say = options->verbosity == Verbosity::kQuiet && differences && differences->empty();
  if (differences && !options->json && !nothing_to_say) PrintDifferences(*differences, output);
  return differences ? DifferencesStatus(*differences) : 0;
}

}  // namespace hallmark
