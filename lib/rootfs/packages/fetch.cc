// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/fetch.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "lib/base/file.h"
#include "lib/base/text.h"
#include "lib/base/time.h"
#include "lib/http/download.h"
#include "lib/rootfs/packages/apt_sources.h"
#include "lib/rootfs/packages/npm.h"
#include "lib/rootfs/packages/pip.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// One file that is not in the cache.
struct Missing {
  std::string name;
  fs::path blob;
  std::string digest;  ///< hex: SHA-256 (64 digits) or SHA-512
  uint64_t size = 0;
  std::vector<std::string> urls;
};

/// Moves a fetched file to the name of its digest. If it has another digest, removes it and returns kVerification.
Result<void> Accept(const fs::path& partial, const Missing& missing) {
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(partial));
  ASSIGN_OR_RETURN(const std::string digest, DigestLike(file, missing.digest));
  std::error_code error;
  if (digest != missing.digest) {
    fs::remove(partial, error);
    return VerificationError("its digest is " + digest + ", and " + missing.digest + " was locked");
  }
  RETURN_IF_ERROR(MakeDirectories(missing.blob.parent_path()));
  fs::rename(partial, missing.blob, error);
  if (error) return ErrnoError(error.value(), missing.blob.string());
  return {};
}

void AddIfMissing(Missing missing, std::vector<Missing>* list) {
  std::error_code ignored;
  if (!fs::exists(missing.blob, ignored)) list->push_back(std::move(missing));
}

/// The base of the snapshot mirror at a time shortly after the lock was made: a Release is older than the first
/// snapshot that has it, and the files that it names stay in the archive for longer than this. Empty if the recipe has
/// no snapshot mirror.
std::string SnapshotOf(const Recipe& recipe, const Lock& lock) {
  constexpr uint64_t kSecondsUntilSnapshot = 43200;
  if (recipe.apt.snapshot_mirror.empty()) return {};
  std::string time = FormatUtc(lock.source_date_epoch + kSecondsUntilSnapshot);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return SnapshotBase(recipe.apt.snapshot_mirror, time);
}

Result<std::vector<Missing>> FindMissing(const Recipe& recipe, const Lock& lock, const Cache& cache) {
  std::vector<Missing> missing;
  for (const Lock::Package& package : lock.packages) {
    AddIfMissing({"package " + package.name + " " + package.version,
                  cache.BlobPath(package.sha256),
                  package.sha256,
                  package.size,
                  {package.path, package.suite}},
                 &missing);
  }
  if (!missing.empty()) {
    ASSIGN_OR_RETURN(const std::vector<AptSource> sources, AptSources(recipe));
    for (Missing& item : missing) {
      const std::string path = PercentEncode(item.urls[0], "/-._");
      const std::string suite = item.urls[1];
      item.urls.clear();
      // The suite's own mirrors come first; others may have the same files.
      for (const bool own : {true, false}) {
        for (const AptSource& source : sources) {
          const std::string url = source.uri + path;
          const bool known = std::find(item.urls.begin(), item.urls.end(), url) != item.urls.end();
          if ((source.suite == suite) == own && !known) item.urls.push_back(url);
        }
      }
      // For a version that the mirrors no longer have.
      const std::string snapshot = SnapshotOf(recipe, lock);
      if (!snapshot.empty()) item.urls.push_back(snapshot + path);
    }
  }
  return missing;
}

Result<void> AddNpm(const Lock& lock, const Cache& cache, std::vector<Missing>* missing) {
  std::optional<std::string> registry;
  for (const Lock::Npm& npm : lock.npm) {
    ASSIGN_OR_RETURN(const fs::path blob, cache.IntegrityBlobPath(npm.integrity));
    if (fs::exists(blob)) continue;
    if (!registry) {
      ASSIGN_OR_RETURN(registry, NpmRegistry());
    }
    missing->push_back(
        {"npm package " + npm.name + " " + npm.version, blob, blob.filename().string(), 0, {*registry + npm.path}});
  }
  return {};
}

}  // namespace

Result<void> FetchAll(const Recipe& recipe, const Lock& lock, const Cache& cache, const FetchOptions& options,
                      Progress& progress) {
  ASSIGN_OR_RETURN(std::vector<Missing> missing, FindMissing(recipe, lock, cache));
  RETURN_IF_ERROR(AddNpm(lock, cache, &missing));
  for (const Lock::Download& download : lock.downloads) {
    AddIfMissing({"file " + download.url, cache.BlobPath(download.sha256), download.sha256, 0, {download.url}},
                 &missing);
  }
  std::vector<std::string> names;
  names.reserve(missing.size() + lock.python.size());
  for (const Missing& item : missing) names.push_back(item.name);
  bool python = false;
  for (const Lock::Python& wheel : lock.python) {
    std::error_code ignored;
    if (fs::exists(cache.BlobPath(wheel.sha256), ignored)) continue;
    names.push_back("Python package " + wheel.name + " " + wheel.version);
    python = true;
  }
  if (names.empty()) return {};
  if (options.offline) {
    return NotFoundError("the cache lacks " + names.front() +
                         (names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : ""))
        .WithHint("build once without --offline, which fetches them");
  }
  if (python) RETURN_IF_ERROR(FetchPython(recipe, lock, cache, progress));
  uint64_t total = 0;
  for (const Missing& item : missing) total += item.size;
  progress.BeginStage("Fetching packages", total, Progress::Unit::kBytes);
  std::vector<FileLock> locks;  // each partial file belongs to one build at a time
  std::vector<Download> downloads;
  for (const Missing& item : missing) {
    const fs::path partial = cache.directory() / "partial" / item.digest.substr(0, 64);
    ASSIGN_OR_RETURN(FileLock lock_of_partial, FileLock::Acquire(partial.string() + ".lock"));
    locks.push_back(std::move(lock_of_partial));
    std::error_code ignored;
    if (fs::exists(item.blob, ignored)) continue;  // another build has fetched it meanwhile
    downloads.push_back({item.name, item.urls, partial, item.size, [partial, item] { return Accept(partial, item); }});
  }
  RETURN_IF_ERROR(
      DownloadAll(std::move(downloads), progress)
          .WithHint("check the network; if a version has left the mirror, hallmark lock --update takes the new one"));
  for (const Missing& item : missing) {
    std::error_code ignored;
    fs::remove(cache.directory() / "partial" / (item.digest.substr(0, 64) + ".lock"), ignored);
  }
  return {};
}

}  // namespace hallmark
