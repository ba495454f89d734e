// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/fetch.h"

#include "lib/crypto/digest.h"
#include "tests/support/environment.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;

std::string Sha256Of(const std::string& content) { return ToHex(Sha256(AsBytes(content))); }

/// A mirror is a directory here: what is fetched comes by file: URLs.
class FetchTest : public ::testing::Test {
 protected:
  FetchTest() : variable_("HALLMARK_CACHE", (directory_ / "cache").c_str()), cache_(Cache::Open().value()) {
    recipe_.apt.mirrors = {Url("first"), Url("second")};
    recipe_.apt.suites = {"bookworm"};
    recipe_.apt.components = {"main"};
  }

  [[nodiscard]] std::string Url(const std::string& name) const { return "file:" + (directory_ / name).string(); }
  void AddPackage(const std::string& name, const std::string& content) {
    lock_.packages.push_back({.name = name,
                              .version = "1.0",
                              .architecture = "arm64",
                              .size = content.size(),
                              .sha256 = Sha256Of(content),
                              .path = "pool/" + name + "_1:1.0+b1.deb",
                              .suite = "bookworm"});
  }
  [[nodiscard]] fs::path OnMirror(const std::string& mirror, const std::string& name) const {
    return directory_ / (mirror + "/pool/" + name + "_1:1.0+b1.deb");
  }
  Result<void> Fetch(bool offline = false) { return FetchAll(recipe_, lock_, cache_, {.offline = offline}, progress_); }

  testing::TempDir directory_;
  testing::ScopedVariable variable_;
  Cache cache_;
  Recipe recipe_;
  Lock lock_;
  Progress progress_{Verbosity::kQuiet};
};

TEST_F(FetchTest, NeedsNothingForAnEmptyLock) { EXPECT_OK(Fetch(true)); }

TEST_F(FetchTest, PutsPackagesIntoTheCache) {
  AddPackage("bash", "the package");
  testing::WriteFile(OnMirror("first", "bash"), "the package");
  ASSERT_OK(Fetch());
  EXPECT_OK(cache_.OpenBlob(Sha256Of("the package")));
  EXPECT_TRUE(fs::is_empty(cache_.directory() / "partial"));
  EXPECT_OK(Fetch(true));
}

TEST_F(FetchTest, TakesAnotherMirrorWhereOneIsWrong) {
  AddPackage("bash", "the package");
  testing::WriteFile(OnMirror("first", "bash"), "a different");
  testing::WriteFile(OnMirror("second", "bash"), "the package");
  ASSERT_OK(Fetch());
  EXPECT_OK(cache_.OpenBlob(Sha256Of("the package")));
}

TEST_F(FetchTest, SaysWhatCameOfEveryMirror) {
  AddPackage("bash", "the package");
  testing::WriteFile(OnMirror("first", "bash"), "a different");
  const Result<void> fetched = Fetch();
  EXPECT_THAT(fetched, HasError(ErrorKind::kIo, "fetching package bash 1.0:"));
  EXPECT_THAT(fetched, HasError(ErrorKind::kIo, Url("first") + "/pool/bash_1%3A1.0%2Bb1.deb: its digest is " +
                                                    Sha256Of("a different") + ", and " + Sha256Of("the package") +
                                                    " was locked"));
  EXPECT_THAT(fetched, HasError(ErrorKind::kIo, Url("second") + "/pool/bash_1%3A1.0%2Bb1.deb: "));
  EXPECT_NE(fetched.error().hint.find("hallmark lock --update"), std::string::npos);
  EXPECT_FALSE(fs::exists(cache_.BlobPath(Sha256Of("the package"))));
}

TEST_F(FetchTest, TakesTheSnapshotOfWhatHasLeftTheMirrors) {
  recipe_.apt.snapshot_mirror = Url("snapshot/{time}");
  lock_.source_date_epoch = 1793491200;  // 2026-11-01T00:00:00Z
  AddPackage("bash", "the package");
  testing::WriteFile(OnMirror("snapshot/20261101T120000Z", "bash"), "the package");
  EXPECT_OK(Fetch());
}

TEST_F(FetchTest, FetchesDownloadsAndNpmPackages) {
  testing::WriteFile(directory_ / "file", "a download");
  lock_.downloads.push_back({.url = Url("file"), .sha256 = Sha256Of("a download")});
  Hasher<Sha512Digest> hasher;
  hasher.Update(AsBytes("a tarball"));
  lock_.npm.push_back({.name = "tool",
                       .version = "1.2.3",
                       .integrity = "sha512-" + ToBase64(hasher.Finish()),
                       .path = "tool/-/tool-1.2.3.tgz"});
  testing::WriteFile(directory_ / "registry/tool/-/tool-1.2.3.tgz", "a tarball");
  const testing::ScopedVariable registry("NPM_CONFIG_REGISTRY", Url("registry").c_str());
  ASSERT_OK(Fetch());
  EXPECT_OK(cache_.OpenBlob(Sha256Of("a download")));
  EXPECT_OK(cache_.OpenIntegrityBlob(lock_.npm[0].integrity));
}

TEST_F(FetchTest, OfflineNamesWhatIsMissing) {
  AddPackage("bash", "the package");
  const Result<void> one = Fetch(true);
  EXPECT_THAT(one, HasError(ErrorKind::kNotFound, "the cache lacks package bash 1.0"));
  EXPECT_EQ(one.error().hint, "build once without --offline, which fetches them");
  lock_.python.push_back({.name = "wheel", .version = "2.0", .file = "wheel.whl", .sha256 = std::string(64, '0')});
  lock_.downloads.push_back({.url = Url("file"), .sha256 = Sha256Of("a download")});
  EXPECT_THAT(Fetch(true), HasError(ErrorKind::kNotFound, "the cache lacks package bash 1.0 and 2 more"));
}

}  // namespace
}  // namespace hallmark
