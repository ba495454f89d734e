// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/resolve.h"

#include <algorithm>
#include <map>
#include <set>

#include "lib/base/file.h"
#include "lib/base/time.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/packages/apt.h"
#include "lib/rootfs/packages/apt_sources.h"
#include "lib/rootfs/packages/keyring.h"
#include "lib/rootfs/packages/npm.h"
#include "lib/rootfs/packages/package_index.h"
#include "lib/rootfs/packages/pip.h"
#include "lib/rootfs/packages/release_file.h"

namespace hallmark {
namespace {

struct ReadRelease {
  Lock::Release release;
  uint64_t date = 0;
};

/// Checks who signed an InRelease, then reads it.
Result<ReadRelease> LoadRelease(const Apt::Index& index, const Apt& apt, const std::vector<std::string>& fingerprints) {
  ASSIGN_OR_RETURN(const std::vector<Signature> signatures, GoodSignatures(index.release, apt.keyring()));
  const auto trusted = std::find_if(signatures.begin(), signatures.end(), [&](const Signature& signature) {
    return fingerprints.empty() ||
           std::find(fingerprints.begin(), fingerprints.end(), signature.fingerprint) != fingerprints.end();
  });
  if (trusted == signatures.end()) {
    return VerificationError("the lists of " + index.suite + " are signed by " + signatures.front().fingerprint +
                             ", which is none of the recipe's fingerprints");
  }
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(index.release));
  ReadRelease read{
      .release = {.suite = index.suite, .sha256 = ToHex(Sha256(AsBytes(text))), .fingerprint = trusted->fingerprint}};
  ASSIGN_OR_RETURN(const ReleaseFile file, ParseReleaseFile(text).WithContext(index.release.string()));
  read.release.origin = file.origin;
  read.release.date = FormatUtc(file.date);
  read.date = file.date;
  return read;
}

/// Resolves the packages of one recipe into a lock.
Result<void> ResolvePackages(const Recipe& recipe, const Cache& cache, Progress& progress, Lock* lock) {
  ASSIGN_OR_RETURN(const std::vector<AptSource> sources, AptSources(recipe));
  ASSIGN_OR_RETURN(const Apt apt, Apt::Open(recipe, sources, cache));
  progress.BeginStage("Fetching package lists");
  RETURN_IF_ERROR(apt.Update());
  progress.BeginStage("Resolving packages");
  ASSIGN_OR_RETURN(const Apt::Plan plan, apt.Resolve(recipe.apt.packages, recipe.apt.recommends));
  ASSIGN_OR_RETURN(const std::vector<Apt::Index> indexes, apt.Indexes());

  std::set<PackageIndex::Key> wanted;
  for (const Apt::Plan::Step& step : plan.unpack) wanted.emplace(step.name, step.version);
  PackageIndex packages;
  std::map<std::string, ReadRelease> releases;
  for (const Apt::Index& index : indexes) {
    RETURN_IF_ERROR(packages.Add(index.packages, index.suite, wanted));
    if (releases.contains(index.suite)) continue;
    ASSIGN_OR_RETURN(releases[index.suite], LoadRelease(index, apt, recipe.apt.fingerprints));
  }
  std::vector<const IndexedPackage*> chosen;
  for (const Apt::Plan::Step& step : plan.unpack) {
    const IndexedPackage* package = packages.Find(step.name, step.version);
    if (package == nullptr) return InternalError("apt chose " + step.name + " " + step.version + ", which no list has");
    chosen.push_back(package);
  }
  const std::vector<std::string> closure = EssentialClosure(chosen);
  const std::set<std::string> essential(closure.begin(), closure.end());
  for (const IndexedPackage* package : chosen) {
    lock->packages.push_back({.name = package->name,
                              .version = package->version,
                              .architecture = package->architecture,
                              .size = package->size,
                              .sha256 = package->sha256,
                              .path = package->path,
                              .suite = package->suite,
                              .essential = essential.contains(package->name)});
  }
  lock->configure_order = plan.configure;
  for (auto& [suite, read] : releases) {
    lock->source_date_epoch = std::max(lock->source_date_epoch, read.date);
    lock->releases.push_back(std::move(read.release));
  }
  return {};
}

}  // namespace

Result<Lock> Resolve(const Recipe& recipe, const Cache& cache, Progress& progress) {
  Lock lock{.recipe = recipe.name, .architecture = recipe.architecture};
  ASSIGN_OR_RETURN(lock.recipe_digest, RecipeLockDigest(recipe));
  RETURN_IF_ERROR(ResolvePackages(recipe, cache, progress, &lock));
  if (!recipe.npm.empty()) {
    progress.BeginStage("Resolving npm packages", recipe.npm.size());
    ASSIGN_OR_RETURN(const std::string registry, NpmRegistry());
    for (const Recipe::Npm& npm : recipe.npm) {
      ASSIGN_OR_RETURN(Lock::Npm locked, ResolveNpm(registry, npm));
      lock.npm.push_back(std::move(locked));
      progress.Advance(1, npm.name);
    }
  }
  for (const Recipe::Download& download : recipe.downloads) lock.downloads.push_back({download.url, download.sha256});
  if (!recipe.python.requirements.empty()) {
    ASSIGN_OR_RETURN(lock.python, ResolvePython(recipe, lock.packages, cache, progress));
  }
  return lock;
}

}  // namespace hallmark
