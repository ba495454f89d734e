// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/finish_tree.h"

#include <sys/stat.h>

#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/tree/sample_tree.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::HasError;

constexpr uint64_t kEpoch = 1000000000;

class FinishTreeTest : public testing::TreeTest {
 protected:
  Result<FileTree> Finish() {
    ThreadPool pool(2);
    return FinishTree(recipe_, root_.path(), kEpoch, pool);
  }
  Recipe recipe_;
};

TEST_F(FinishTreeTest, LeavesOutWhatARunningSystemFills) {
  for (const char* path : {"/tmp/a", "/var/tmp/a", "/run/a", "/var/cache/apt/a", "/var/backups/a", "/root/.cache/a"}) {
    Put(path, "x");
  }
  Put("/etc/passwd-", "x");
  Put("/root/.bash_history", "x");
  Put("/root/.profile", "x");
  ASSERT_OK_AND_ASSIGN(const FileTree tree, Finish());
  for (const char* path : {"/tmp", "/var/tmp", "/run", "/var/cache/apt", "/var/backups", "/root/.cache"}) {
    ASSERT_OK_AND_ASSIGN(const FileTree::Index index, tree.Find(path));
    EXPECT_TRUE(tree.inode(index).entries.empty()) << path;
  }
  EXPECT_FALSE(tree.Contains("/etc/passwd-"));
  EXPECT_FALSE(tree.Contains("/root/.bash_history"));
  EXPECT_TRUE(tree.Contains("/root/.profile"));
}

TEST_F(FinishTreeTest, EmptiesLogsAndRemovesRotatedOnes) {
  Put("/var/log/dpkg.log", "x");
  Put("/var/log/dpkg.1.gz", "x");
  Put("/var/log/journal/1/system.journal", "x");
  Put("/var/log/wtmp", "content");
  Put("/usr/share/log", "content");
  fs::create_hard_link(OnDisk("/usr/share/log"), OnDisk("/var/log/linked"));
  ASSERT_OK_AND_ASSIGN(const FileTree tree, Finish());
  EXPECT_FALSE(tree.Contains("/var/log/dpkg.log"));
  EXPECT_FALSE(tree.Contains("/var/log/dpkg.1.gz"));
  EXPECT_FALSE(tree.Contains("/var/log/journal/1/system.journal"));
  EXPECT_EQ(tree.ReadFile("/var/log/wtmp", 100).value(), "");
  EXPECT_EQ(tree.ReadFile("/var/log/linked", 100).value(), "");
  EXPECT_EQ(tree.ReadFile("/usr/share/log", 100).value(), "content");
}

TEST_F(FinishTreeTest, ClampsTimes) {
  Put("/old", "");
  const timespec times[2] = {{.tv_sec = 5}, {.tv_sec = 5, .tv_nsec = 7}};
  ASSERT_EQ(utimensat(AT_FDCWD, OnDisk("/old").c_str(), times, 0), 0);
  ASSERT_OK_AND_ASSIGN(const FileTree tree, Finish());
  EXPECT_EQ(tree.inode(*tree.Find("/old")).mtime, (Timestamp{5, 7}));
  EXPECT_EQ(tree.inode(*tree.Find("/etc/passwd")).mtime, (Timestamp{kEpoch, 0}));
  EXPECT_EQ(tree.inode(FileTree::kRoot).mtime, (Timestamp{kEpoch, 0}));
}

TEST_F(FinishTreeTest, AddsDeviceNodes) {
  using Type = Recipe::Node::Type;
  recipe_.nodes = {{.type = Type::kCharacterDevice,
                    .path = "/dev/thing",
                    .mode = 0620,
                    .owner = {"_apt", "video"},
                    .major = 10,
                    .minor = 300},
                   {.type = Type::kBlockDevice, .path = "/dev/disk", .mode = 0600},
                   {.type = Type::kDirectory, .path = "/srv"}};
  ASSERT_OK_AND_ASSIGN(const FileTree tree, Finish());
  const FileTree::Inode& thing = tree.inode(*tree.Find("/dev/thing"));
  EXPECT_EQ(thing.mode, mode_t{S_IFCHR | 0620});
  EXPECT_EQ(thing.uid, 42U);
  EXPECT_EQ(thing.gid, 44U);
  EXPECT_EQ(thing.device_major, 10U);
  EXPECT_EQ(thing.device_minor, 300U);
  EXPECT_EQ(tree.inode(*tree.Find("/dev/disk")).mode, mode_t{S_IFBLK | 0600});
  EXPECT_FALSE(tree.Contains("/srv"));  // ApplyAdditions makes it
}

TEST_F(FinishTreeTest, RefusesWhatIdentifiesAMachine) {
  for (const auto& [path, what] : {std::pair{"/etc/ssh/ssh_host_rsa_key", "a host key"},
                                   {"/var/lib/systemd/random-seed", "a random seed"},
                                   {"/etc/machine-id", "which is not empty"}}) {
    Put(path, "x");
    const Result<FileTree> tree = Finish();
    EXPECT_THAT(tree, HasError(ErrorKind::kUsage, std::string("the tree holds ") + path + ", " + what));
    EXPECT_FALSE(tree.ok() || tree.error().hint.empty());
    fs::remove(OnDisk(path));
  }
  EXPECT_OK(Finish());
}

TEST_F(FinishTreeTest, TakesAwayWhatPackagesMadeForOneMachine) {
  Put("/etc/machine-id", "0123\n");
  Put("/var/lib/dbus/machine-id", "0123\n");
  Put("/var/lib/systemd/random-seed", "x");
  Put("/etc/ssh/ssh_host_rsa_key", "x");
  Put("/etc/ssh/sshd_config", "x");
  ASSERT_OK(RemoveMachineIdentity(Tree()));
  EXPECT_TRUE(Tree().Exists("/etc/machine-id"));
  EXPECT_EQ(Content("/etc/machine-id"), "");
  EXPECT_EQ(Target("/var/lib/dbus/machine-id"), "/etc/machine-id");
  EXPECT_FALSE(Tree().Exists("/var/lib/systemd/random-seed"));
  EXPECT_THAT(Tree().List("/etc/ssh"), ElementsAre("sshd_config"));
  EXPECT_OK(Finish());
}

}  // namespace
}  // namespace hallmark
