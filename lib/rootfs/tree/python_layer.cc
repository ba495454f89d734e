// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/python_layer.h"

#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/packages/pip.h"
#include "lib/rootfs/tree/layers.h"
#include "lib/rootfs/tree/namespace.h"
#include "lib/rootfs/tree/work_directory.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStageVersion = "python 1\n";

std::string LayerDigest(const Recipe& recipe, const Lock& lock, const fs::path& packages) {
  std::string text =
      std::string(kStageVersion) + packages.filename().string() + "\n" + recipe.python.interpreter + "\n";
  for (const Lock::Python& file : lock.python) text += file.file + " " + file.sha256 + "\n";
  return ToHex(Sha256(AsBytes(text)));
}

/// Fills a directory with the locked files, under the names by which pip knows them.
Result<void> GatherFiles(const Lock& lock, const Cache& cache, const fs::path& directory) {
  RETURN_IF_ERROR(MakeDirectories(directory));
  for (const Lock::Python& file : lock.python) {
    std::error_code error;
    fs::create_hard_link(cache.BlobPath(file.sha256), directory / file.file, error);
    if (error) return ErrnoError(error.value(), "Python package " + file.file);
  }
  return {};
}

}  // namespace

Result<fs::path> PythonLayer(const Recipe& recipe, const Lock& lock, const Cache& cache, const fs::path& packages,
                             Progress& progress) {
  const std::string digest = LayerDigest(recipe, lock, packages);
  const fs::path stage = cache.StagePath(digest);
  ASSIGN_OR_RETURN(const FileLock making, FileLock::Acquire(cache.directory() / "stages" / (digest + ".lock")));
  if (fs::exists(stage)) return stage;

  progress.BeginStage("Installing Python packages", lock.python.size());
  ASSIGN_OR_RETURN(const WorkDirectory work, WorkDirectory::Create(cache));
  const fs::path merged = work.path() / kTreeName;
  RETURN_IF_ERROR(MountLayers({packages}, work.path() / "upper", work.path() / "overlay", merged));
  RETURN_IF_ERROR(GatherFiles(lock, cache, work.path() / "wheels"));
  const fs::path requirements = work.path() / "requirements.txt";
  RETURN_IF_ERROR(WriteFileAtomically(requirements, AsBytes(LockedRequirements(lock.python))));

  const std::string wheels = "/run/wheels";
  const std::string list = "/run/requirements.txt";
  Command command{.argv = {recipe.python.interpreter, "-m", "pip", "install", "--no-index", "--find-links", wheels,
                           "--require-hashes", "--no-deps", "--no-cache-dir", "--no-compile",
                           "--disable-pip-version-check", "--root-user-action", "ignore", "--requirement", list},
                  .environment = BuildEnvironment(lock.source_date_epoch)};
  command.environment->emplace_back("PIP_BREAK_SYSTEM_PACKAGES=1");  // they are part of this image (PEP 668)
  command.on_line = [&progress](std::string_view line) { progress.PrintVerbose(line); };
  const std::vector<TreeMount> mounts = {{work.path() / "wheels", wheels}, {requirements, list}};
  RETURN_IF_ERROR(RunCommandChecked(InTree(std::move(command), merged, true, mounts))
                      .WithContext("installing Python packages")
                      .WithHint("pip must be in the image: package python3-pip"));
  RETURN_IF_ERROR(UnmountLayers(merged));
  RETURN_IF_ERROR(cache.KeepStage(work.path() / "upper", digest));
  return stage;
}

}  // namespace hallmark
