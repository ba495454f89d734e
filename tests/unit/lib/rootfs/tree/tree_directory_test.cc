// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/tree_directory.h"

#include <sys/stat.h>

#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/tree/sample_tree.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::HasError;
using ::testing::IsEmpty;

class TreeDirectoryTest : public testing::TreeTest {
 protected:
  [[nodiscard]] mode_t ModeOf(const std::string& path) const {
    struct stat status {};
    EXPECT_EQ(lstat(OnDisk(path).c_str(), &status), 0) << path;
    return status.st_mode;
  }
};

TEST_F(TreeDirectoryTest, WritesFilesWithTheirModeAndMakesParents) {
  ASSERT_OK(Tree().Write("/opt/new/file", "content", {.mode = 0640}));
  EXPECT_EQ(Content("/opt/new/file"), "content");
  EXPECT_EQ(ModeOf("/opt/new/file"), mode_t{S_IFREG | 0640});
  EXPECT_EQ(ModeOf("/opt/new"), mode_t{S_IFDIR | 0755});
  ASSERT_OK(Tree().Write("/opt/new/file", "new", {.mode = 04755}));
  EXPECT_EQ(Content("/opt/new/file"), "new");
  EXPECT_EQ(ModeOf("/opt/new/file"), mode_t{S_IFREG | 04755});
}

TEST_F(TreeDirectoryTest, ReplacesALinkAndNotWhatItLeadsTo) {
  Put("/etc/target", "old");
  ASSERT_OK(Tree().SymbolicLink("/etc/link", "target", {}));
  ASSERT_OK(Tree().Write("/etc/link", "new", {}));
  EXPECT_EQ(Content("/etc/target"), "old");
  EXPECT_EQ(Content("/etc/link"), "new");
}

// What an absolute link of the tree, or one with "..", leads to is in the tree.
TEST_F(TreeDirectoryTest, LinksLeadNowhereElse) {
  const testing::TempDir elsewhere;
  testing::WriteFile(elsewhere / "file", "outside");
  Put("/srv/file", "inside");
  ASSERT_OK(Tree().SymbolicLink("/absolute", "/srv", {}));
  ASSERT_OK(Tree().SymbolicLink("/upwards", "../../../../../srv", {}));
  ASSERT_OK(Tree().SymbolicLink("/outside", elsewhere.path().string(), {}));
  EXPECT_EQ(Tree().Read("/absolute/file").value(), "inside");
  EXPECT_EQ(Tree().Read("/upwards/file").value(), "inside");
  EXPECT_FALSE(Tree().Exists("/outside/file"));
  ASSERT_OK(Tree().Write("/absolute/new", "x", {}));
  EXPECT_EQ(Content("/srv/new"), "x");
}

TEST_F(TreeDirectoryTest, ReadsSmallFilesAlone) {
  EXPECT_THAT(Tree().Read("/absent"), HasError(ErrorKind::kNotFound, "in the tree: /absent: No such file"));
  Put("/large", "");
  fs::resize_file(OnDisk("/large"), (16 << 20) + 1);
  EXPECT_THAT(Tree().Read("/large"), HasError(ErrorKind::kCorrupt, "in the tree: /large: larger than 16 MiB"));
}

TEST_F(TreeDirectoryTest, ListsAndTellsTypes) {
  EXPECT_THAT(Tree().List("/etc"), ElementsAre("group", "passwd"));
  EXPECT_THAT(Tree().List("/absent"), IsEmpty());
  EXPECT_TRUE(Tree().IsDirectory("/etc"));
  EXPECT_FALSE(Tree().IsDirectory("/etc/passwd"));
  ASSERT_OK(Tree().SymbolicLink("/dangling", "nowhere", {}));
  EXPECT_TRUE(Tree().Exists("/dangling"));
  EXPECT_EQ(Tree().ReadLink("/dangling"), "nowhere");
  EXPECT_EQ(Tree().ReadLink("/etc/passwd"), "");
}

TEST_F(TreeDirectoryTest, MakesDirectoriesAndKeepsThoseBehindALink) {
  ASSERT_OK(Tree().MakeDirectory("/srv/data", {.mode = 0750}));
  EXPECT_EQ(ModeOf("/srv/data"), mode_t{S_IFDIR | 0750});
  ASSERT_OK(Tree().MakeDirectory("/srv/data", {.mode = 0700}));
  EXPECT_EQ(ModeOf("/srv/data"), mode_t{S_IFDIR | 0700});
  ASSERT_OK(Tree().SymbolicLink("/link", "srv/data", {}));
  ASSERT_OK(Tree().MakeDirectory("/link", {.mode = 0755}));
  EXPECT_EQ(ModeOf("/srv/data"), mode_t{S_IFDIR | 0700});
  EXPECT_OK(Tree().MakeDirectory("/", {.mode = 0700}));
  EXPECT_THAT(Tree().MakeDirectory("/etc/passwd", {}), HasError(ErrorKind::kIo, "/etc/passwd: Not a directory"));
}

TEST_F(TreeDirectoryTest, ADirectoryStaysWhereAFileShouldGo) {
  EXPECT_THAT(Tree().Write("/etc", "x", {}), HasError(ErrorKind::kIo, "in the tree: /etc: "));
  EXPECT_TRUE(fs::is_directory(OnDisk("/etc")));
}

TEST_F(TreeDirectoryTest, MakesFifosAndRemoves) {
  ASSERT_OK(Tree().Fifo("/run/pipe", {.mode = 0622}));
  EXPECT_EQ(ModeOf("/run/pipe"), mode_t{S_IFIFO | 0622});
  ASSERT_OK(Tree().Remove("/run/pipe"));
  EXPECT_FALSE(Tree().Exists("/run/pipe"));
  EXPECT_OK(Tree().Remove("/run/pipe"));
}

TEST_F(TreeDirectoryTest, CopiesContent) {
  Put("/source", "content");
  ASSERT_OK_AND_ASSIGN(const File source, File::OpenForReading(OnDisk("/source")));
  ASSERT_OK(Tree().CopyFrom(source, "/opt/copy", {.mode = 0600}));
  EXPECT_EQ(Content("/opt/copy"), "content");
  EXPECT_EQ(ModeOf("/opt/copy"), mode_t{S_IFREG | 0600});
}

}  // namespace
}  // namespace hallmark
