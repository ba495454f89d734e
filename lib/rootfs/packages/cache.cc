// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

template <typename Digest>
Result<std::string> HexDigest(const File& file) {
  Hasher<Digest> hasher;
  ByteVector buffer(1 << 20);
  for (uint64_t offset = 0;;) {
    ASSIGN_OR_RETURN(const size_t length, file.ReadUpTo(offset, buffer));
    if (length == 0) return ToHex(hasher.Finish());
    hasher.Update(ByteSpan(buffer).first(length));
    offset += length;
  }
}

/// Opens a blob and checks its content against its name, which is its digest.
Result<File> OpenChecked(const fs::path& path) {
  ASSIGN_OR_RETURN(File file, File::OpenForReading(path));
  ASSIGN_OR_RETURN(const std::string digest, DigestLike(file, path.filename().string()));
  if (digest == path.filename()) return file;
  return IoError(path.string() + ": has changed since it was fetched: its digest is " + digest)
      .WithHint("remove the file; hallmark fetch gets it again");
}

}  // namespace

fs::path CacheDirectory() {
  if (const std::string own = Environment("HALLMARK_CACHE"); !own.empty()) return fs::absolute(own);
  // The XDG base directory specification: a relative value must be ignored.
  if (const fs::path shared = Environment("XDG_CACHE_HOME"); shared.is_absolute()) return shared / "hallmark";
  return fs::absolute(Environment("HOME")) / ".cache" / "hallmark";
}

Result<Cache> Cache::Open() {
  const fs::path directory = CacheDirectory();
  for (const char* part : {"blobs/sha256", "blobs/sha512", "partial", "stages", "locks", "work", "apt"}) {
    RETURN_IF_ERROR(MakeDirectories(directory / part)
                        .WithContext("making the cache directory")
                        .WithHint("HALLMARK_CACHE names another directory"));
  }
  return Cache(directory);
}

fs::path Cache::BlobPath(const std::string& sha256) const {
  return directory_ / "blobs" / "sha256" / sha256.substr(0, 2) / sha256;
}

Result<fs::path> Cache::IntegrityBlobPath(std::string_view integrity) const {
  constexpr std::string_view kAlgorithm = "sha512-";
  if (!integrity.starts_with(kAlgorithm)) return CorruptError("integrity " + std::string(integrity) + ": not SHA-512");
  ASSIGN_OR_RETURN(const ByteVector digest, FromBase64(integrity.substr(kAlgorithm.size())));
  const std::string sha512 = ToHex(digest);
  return directory_ / "blobs" / "sha512" / sha512.substr(0, 2) / sha512;
}

Result<File> Cache::OpenBlob(const std::string& sha256) const { return OpenChecked(BlobPath(sha256)); }

Result<File> Cache::OpenIntegrityBlob(std::string_view integrity) const {
  ASSIGN_OR_RETURN(const fs::path path, IntegrityBlobPath(integrity));
  return OpenChecked(path);
}

Result<void> Cache::KeepStage(const fs::path& tree, const std::string& digest) const {
  ASSIGN_OR_RETURN(const File directory, File::Open(tree, O_RDONLY | O_DIRECTORY));
  if (syncfs(directory.fd()) != 0) return ErrnoError(errno, "writing out " + tree.string());
  std::error_code error;
  fs::rename(tree, StagePath(digest), error);
  if (error) return ErrnoError(error.value(), "keeping the tree as " + StagePath(digest).string());
  return {};
}

Result<std::string> DigestLike(const File& file, std::string_view like) {
  constexpr size_t kSha512Digits = 128;
  return like.size() == kSha512Digits ? HexDigest<Sha512Digest>(file) : HexDigest<Sha256Digest>(file);
}

fs::path LockPath(const Recipe& recipe) {
  if (recipe.apt.host_sources) return CacheDirectory() / "locks" / (recipe.name + ".lock");
  return recipe.directory / "recipe.lock";
}

}  // namespace hallmark
