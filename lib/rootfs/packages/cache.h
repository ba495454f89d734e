// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

/// The directory that builds share: $HALLMARK_CACHE, or hallmark/ in $XDG_CACHE_HOME or ~/.cache.
///
///     blobs/sha256/ab/abcdef...   what was fetched, by content; a name is there only if its content was checked
///     blobs/sha512/cd/cdef01...   the same for npm packages, which their registries name by SHA-512
///     partial/                    downloads under way, each under a lock; resumed by the next run
///     apt/DIGEST/                 apt's state for one set of sources: package lists are fetched anew only if they
/// changed
///     stages/DIGEST/              trees and layers, by the digest of what went in
///     packed/ENCODER/DIGEST       empty: chunk tables of bundles that builds here made, whose frames may be used again
///     locks/RECIPE.lock           locks of recipes with sources = "host"
///     work/                       scratch of running builds, each under a lock; what no one holds is removed
class Cache {
 public:
  /// Makes the directories that are missing.
  static Result<Cache> Open();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// Digests are lower-case hex.
  [[nodiscard]] std::filesystem::path BlobPath(const std::string& sha256) const;
  /// Where a blob of that integrity ("sha512-BASE64", as npm writes it) is. kCorrupt if it has another form.
  [[nodiscard]] Result<std::filesystem::path> IntegrityBlobPath(std::string_view integrity) const;
  /// Opens a blob and checks it through that descriptor. kIo if it is no longer what was fetched.
  [[nodiscard]] Result<File> OpenBlob(const std::string& sha256) const;
  [[nodiscard]] Result<File> OpenIntegrityBlob(std::string_view integrity) const;
  [[nodiscard]] std::filesystem::path StagePath(const std::string& digest) const {
    return directory_ / "stages" / digest;
  }
  /// Gives a finished tree its name, StagePath(digest), once all of it is on the disk: after a power cut, one that was
  /// half written would go into images unnoticed.
  [[nodiscard]] Result<void> KeepStage(const std::filesystem::path& tree, const std::string& digest) const;
  /// `encoder` is FrameEncoder()'s, `digest` that of the chunk table.
  [[nodiscard]] std::filesystem::path PackedPath(const std::string& encoder, const std::string& digest) const {
    return directory_ / "packed" / encoder / digest;
  }

 private:
  explicit Cache(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path directory_;
};

/// The digest of a file's content in hex: SHA-256, or SHA-512 if `like` has as many digits as one.
Result<std::string> DigestLike(const File& file, std::string_view like);

/// Where Cache::Open() looks.
std::filesystem::path CacheDirectory();

/// Where the lock of a recipe is: beside it, or, with sources = "host", in this user's cache, for it then belongs to
/// this machine's sources.
std::filesystem::path LockPath(const Recipe& recipe);

}  // namespace hallmark
