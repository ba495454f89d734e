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
///     blobs/sha256/ab/abcdef...   fetched files by digest; a file gets its name only after its content was checked
///     blobs/sha512/cd/cdef01...   the same for npm packages, which their registries name by SHA-512
///     partial/                    downloads in progress, each under a lock; the next run resumes them
///     apt/DIGEST/                 apt's state for one set of sources: unchanged package lists are not fetched again
///     stages/DIGEST/              trees and layers, by the digest of their inputs
///     packed/ENCODER/DIGEST       empty files: each names the chunk table of a bundle built here, whose frames can be
///                                 reused
///     locks/RECIPE.lock           locks of recipes with sources = "host"
///     work/                       scratch of running builds, each under a lock; unlocked ones are removed
class Cache {
 public:
  /// Opens the cache. Makes the directories that are missing.
  static Result<Cache> Open();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// The path of a blob. Digests are lower-case hex.
  [[nodiscard]] std::filesystem::path BlobPath(const std::string& sha256) const;
  /// The path of the blob with this integrity ("sha512-BASE64", as npm writes it). kCorrupt if it has another form.
  [[nodiscard]] Result<std::filesystem::path> IntegrityBlobPath(std::string_view integrity) const;
  /// Opens a blob and checks the content of the open file. kIo if it is no longer what was fetched.
  [[nodiscard]] Result<File> OpenBlob(const std::string& sha256) const;
  /// The same for a blob with this integrity; kCorrupt as IntegrityBlobPath().
  [[nodiscard]] Result<File> OpenIntegrityBlob(std::string_view integrity) const;
  /// The path of a finished tree or layer. `digest` is the digest of its inputs, in hex.
  [[nodiscard]] std::filesystem::path StagePath(const std::string& digest) const {
    return directory_ / "stages" / digest;
  }
  /// Renames a finished tree to StagePath(digest) after all of it is on disk: otherwise a tree that a power failure
  /// left half written would go into images unnoticed.
  [[nodiscard]] Result<void> KeepStage(const std::filesystem::path& tree, const std::string& digest) const;
  /// The path of an empty file. `encoder` comes from FrameEncoder(), `digest` is the digest of the chunk table.
  [[nodiscard]] std::filesystem::path PackedPath(const std::string& encoder, const std::string& digest) const {
    return directory_ / "packed" / encoder / digest;
  }

 private:
  explicit Cache(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path directory_;
};

/// The digest of a file's content in hex: SHA-256, or SHA-512 if `like` has 128 digits.
Result<std::string> DigestLike(const File& file, std::string_view like);

/// The directory that Cache::Open() uses.
std::filesystem::path CacheDirectory();

/// The path of a recipe's lock: beside the recipe, or, with sources = "host", in this user's cache, because such a lock
/// depends on this machine's sources.
std::filesystem::path LockPath(const Recipe& recipe);

}  // namespace hallmark
