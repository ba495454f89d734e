// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/cache.h"

#include "lib/crypto/digest.h"
#include "tests/support/environment.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::ScopedVariable;

TEST(CacheDirectoryTest, IsWhereTheEnvironmentSays) {
  const ScopedVariable home("HOME", "/home/agent");
  const ScopedVariable own("HALLMARK_CACHE", nullptr);
  {
    const ScopedVariable shared("XDG_CACHE_HOME", "/shared");
    EXPECT_EQ(CacheDirectory(), "/shared/hallmark");
    const ScopedVariable nearer("HALLMARK_CACHE", "/own");
    EXPECT_EQ(CacheDirectory(), "/own");
  }
  const ScopedVariable relative("XDG_CACHE_HOME", "shared");
  EXPECT_EQ(CacheDirectory(), "/home/agent/.cache/hallmark");
}

class CacheTest : public ::testing::Test {
 protected:
  CacheTest() : variable_("HALLMARK_CACHE", (directory_ / "cache").c_str()), cache_(Cache::Open().value()) {}

  /// Puts `content` where a blob of the digest of `named` is.
  std::string PutBlob(const std::string& content, const std::string& named) {
    const std::string sha256 = ToHex(Sha256(AsBytes(named)));
    testing::WriteFile(cache_.BlobPath(sha256), content);
    return sha256;
  }

  testing::TempDir directory_;
  ScopedVariable variable_;
  Cache cache_;
};

TEST_F(CacheTest, MakesItsDirectories) {
  EXPECT_EQ(cache_.directory(), directory_ / "cache");
  for (const char* part : {"blobs/sha256", "blobs/sha512", "partial", "stages", "locks", "work", "apt"}) {
    EXPECT_TRUE(fs::is_directory(cache_.directory() / part)) << part;
  }
  EXPECT_OK(Cache::Open());
}

TEST_F(CacheTest, SaysHowToUseAnotherDirectory) {
  testing::WriteFile(directory_ / "file", "");
  const ScopedVariable other("HALLMARK_CACHE", (directory_ / "file").c_str());
  const Result<Cache> cache = Cache::Open();
  EXPECT_THAT(cache, HasError(ErrorKind::kIo, "making the cache directory: " + (directory_ / "file/").string()));
  EXPECT_EQ(cache.error().hint, "HALLMARK_CACHE names another directory");
}

TEST_F(CacheTest, OpensABlobThatIsWhatWasFetched) {
  const std::string sha256 = PutBlob("content", "content");
  EXPECT_EQ(cache_.BlobPath(sha256), cache_.directory() / "blobs/sha256" / sha256.substr(0, 2) / sha256);
  ASSERT_OK_AND_ASSIGN(const File blob, cache_.OpenBlob(sha256));
  EXPECT_EQ(ReadSmallFile(blob).value(), "content");
}

TEST_F(CacheTest, RefusesABlobThatHasChanged) {
  const std::string sha256 = PutBlob("changed", "content");
  const Result<File> blob = cache_.OpenBlob(sha256);
  EXPECT_THAT(blob, HasError(ErrorKind::kIo, cache_.BlobPath(sha256).string() + ": has changed since it was fetched"));
  EXPECT_EQ(blob.error().hint, "remove the file; hallmark fetch gets it again");
  EXPECT_THAT(cache_.OpenBlob(std::string(64, '0')), HasError(ErrorKind::kNotFound, "No such file"));
}

TEST_F(CacheTest, FindsBlobsByIntegrity) {
  const Sha512Digest digest = [] {
    Hasher<Sha512Digest> hasher;
    hasher.Update(AsBytes("content"));
    return hasher.Finish();
  }();
  const std::string integrity = "sha512-" + ToBase64(digest);
  ASSERT_OK_AND_ASSIGN(const fs::path path, cache_.IntegrityBlobPath(integrity));
  EXPECT_EQ(path.filename(), ToHex(digest));
  EXPECT_EQ(path.parent_path().parent_path(), cache_.directory() / "blobs/sha512");
  testing::WriteFile(path, "content");
  EXPECT_OK(cache_.OpenIntegrityBlob(integrity));
  testing::WriteFile(path, "changed");
  EXPECT_THAT(cache_.OpenIntegrityBlob(integrity), HasError(ErrorKind::kIo, "has changed"));
  EXPECT_THAT(cache_.IntegrityBlobPath("sha1-abc"), HasError(ErrorKind::kCorrupt, "sha1-abc"));
  EXPECT_THAT(cache_.IntegrityBlobPath("sha512-*"), HasError(ErrorKind::kCorrupt, "base64"));
}

TEST_F(CacheTest, KeepsAStageUnderItsDigest) {
  testing::WriteFile(cache_.directory() / "work/build/tree/file", "content");
  ASSERT_OK(cache_.KeepStage(cache_.directory() / "work/build/tree", "abc"));
  EXPECT_EQ(testing::ReadFile(cache_.StagePath("abc") / "file"), "content");
  EXPECT_FALSE(fs::exists(cache_.directory() / "work/build/tree"));
}

TEST_F(CacheTest, KeepsTheLocksOfThisMachinesSources) {
  Recipe recipe;
  recipe.name = "small";
  recipe.directory = "/recipes/small";
  EXPECT_EQ(LockPath(recipe), "/recipes/small/recipe.lock");
  recipe.apt.host_sources = true;
  EXPECT_EQ(LockPath(recipe), cache_.directory() / "locks/small.lock");
}

}  // namespace
}  // namespace hallmark
