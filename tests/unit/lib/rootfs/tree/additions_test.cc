// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/additions.h"

#include "lib/crypto/digest.h"
#include "tests/support/environment.h"
#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/tree/sample_tree.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;

/// All additions but hooks and build scripts, which run in namespaces.
class AdditionsTest : public testing::TreeTest {
 protected:
  AdditionsTest() : variable_("HALLMARK_CACHE", (scratch_ / "cache").c_str()), cache_(Cache::Open().value()) {
    recipe_.hostname = "guest";
    recipe_.locale = "C.UTF-8";
    recipe_.timezone = "Etc/UTC";
    lock_.source_date_epoch = 86400 * 20000;
  }
  Result<void> Apply() { return ApplyAdditions(recipe_, lock_, cache_, root_.path(), scratch_ / "builds", progress_); }
  [[nodiscard]] fs::perms ModeOf(const std::string& path) const {
    return fs::symlink_status(OnDisk(path)).permissions();
  }

  testing::TempDir scratch_;
  testing::ScopedVariable variable_;
  Cache cache_;
  Recipe recipe_;
  Lock lock_;
  Progress progress_{Verbosity::kQuiet};
};

TEST_F(AdditionsTest, NamesTheMachine) {
  ASSERT_OK(Apply());
  EXPECT_EQ(Content("/etc/hostname"), "guest\n");
  EXPECT_NE(Content("/etc/hosts").find("127.0.1.1\tguest\n"), std::string::npos);
  EXPECT_EQ(Content("/etc/default/locale"), "LANG=C.UTF-8\n");
  EXPECT_EQ(Target("/etc/localtime"), "/usr/share/zoneinfo/Etc/UTC");
  EXPECT_EQ(Content("/etc/timezone"), "Etc/UTC\n");
}

TEST_F(AdditionsTest, RefusesATimeZoneThatTheImageLacks) {
  recipe_.timezone = "Europe/Berlin";
  const Result<void> applied = Apply();
  EXPECT_THAT(applied, HasError(ErrorKind::kUsage, "the image has no time zone Europe/Berlin"));
  EXPECT_EQ(applied.error().hint, "the package tzdata has the time zones");
  Put("/usr/share/zoneinfo/Europe/Berlin", "");
  EXPECT_OK(Apply());
}

TEST_F(AdditionsTest, CopiesOverlaysWithOrdinaryModes) {
  const fs::path source = scratch_ / "overlay";
  testing::WriteFile(source / "etc/motd", "hello");
  testing::WriteFile(source / "usr/bin/tool", "tool");
  fs::permissions(source / "etc/motd", fs::perms(0600));
  fs::permissions(source / "usr/bin/tool", fs::perms(0700));
  fs::create_symlink("motd", source / "etc/link");
  fs::create_directories(OnDisk("/usr/bin"));
  fs::permissions(OnDisk("/usr/bin"), fs::perms(0711));
  recipe_.overlays = {{.source = source, .path = "/"}, {.source = source / "etc/motd", .path = "/opt/x", .mode = 0400}};
  ASSERT_OK(Apply());
  EXPECT_EQ(Content("/etc/motd"), "hello");
  EXPECT_EQ(ModeOf("/etc/motd"), fs::perms(0644));
  EXPECT_EQ(ModeOf("/usr/bin/tool"), fs::perms(0755));
  EXPECT_EQ(ModeOf("/usr/bin"), fs::perms(0711));
  EXPECT_EQ(ModeOf("/opt/x"), fs::perms(0400));
  EXPECT_EQ(Target("/etc/link"), "motd");
}

TEST_F(AdditionsTest, NamesAnOverlayThatIsMissing) {
  recipe_.overlays = {{.source = scratch_ / "absent", .path = "/"}};
  EXPECT_THAT(Apply(), HasError(ErrorKind::kNotFound, "overlay " + (scratch_ / "absent").string()));
}

TEST_F(AdditionsTest, MakesNodesButDevices) {
  using Type = Recipe::Node::Type;
  recipe_.nodes = {{.type = Type::kDirectory, .path = "/srv/data", .mode = 0750},
                   {.type = Type::kFifo, .path = "/srv/pipe", .mode = 0600},
                   {.type = Type::kSymbolicLink, .path = "/srv/link", .target = "data"},
                   {.type = Type::kCharacterDevice, .path = "/dev/thing"}};
  ASSERT_OK(Apply());
  EXPECT_EQ(ModeOf("/srv/data"), fs::perms(0750));
  EXPECT_TRUE(fs::is_fifo(OnDisk("/srv/pipe")));
  EXPECT_EQ(Target("/srv/link"), "data");
  EXPECT_FALSE(fs::exists(OnDisk("/dev/thing")));
}

TEST_F(AdditionsTest, PlacesDownloadsFromTheCache) {
  const std::string sha256 = ToHex(Sha256(AsBytes("content")));
  recipe_.downloads = {{.url = "http://a/", .sha256 = sha256, .path = "/opt/file", .mode = 0755}};
  EXPECT_THAT(Apply(), HasError(ErrorKind::kNotFound, sha256));
  testing::WriteFile(cache_.BlobPath(sha256), "content");
  ASSERT_OK(Apply());
  EXPECT_EQ(Content("/opt/file"), "content");
  EXPECT_EQ(ModeOf("/opt/file"), fs::perms(0755));
}

TEST_F(AdditionsTest, RefusesAnOwnerThatTheImageLacks) {
  recipe_.nodes = {{.path = "/srv", .owner = {"nobody-here", "root"}}};
  EXPECT_THAT(Apply(), HasError(ErrorKind::kUsage, "the image has no user nobody-here"));
}

}  // namespace
}  // namespace hallmark
