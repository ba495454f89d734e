// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::ReadFile;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Needs root for the owners of homes, as the daemon itself does.
class Store : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: run the tests in unshare --map-auto --map-root-user";
  }
  TempDir directory_;
};

TEST_F(Store, ASessionIsAHomeWithItsOwnUser) {
  SessionStore store(directory_.path());
  ASSERT_OK(store.Recover());
  ASSERT_OK_AND_ASSIGN(const StoredSession first, store.Create("brave-calm-turing", {}));
  ASSERT_OK_AND_ASSIGN(const StoredSession second, store.Create("brave-calm-hopper", {}));
  EXPECT_EQ(first.uid, 1001U);
  EXPECT_EQ(second.uid, 1002U);
  struct stat status;
  ASSERT_EQ(stat((directory_ / "brave-calm-turing").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 1001U);
  EXPECT_EQ(status.st_gid, 1001U);
  EXPECT_EQ(status.st_mode & 07777, 0700U);
  EXPECT_THAT(store.Create("brave-calm-turing", {}), HasError(ErrorKind::kUsage, "exists already"));
}

TEST_F(Store, RecoversUsersByTheOwnersOfHomes) {
  {
    SessionStore store(directory_.path());
    SessionRecord record;
    record.directories = {{"a", "a", true}};
    ASSERT_OK(store.Create("a-b-c", record));
    ASSERT_OK(store.Create("a-b-d", {}));
  }
  // The record is lost, the user is not: it never stood there.
  unlink((directory_ / ".hallmark/records/a-b-d.json").c_str());
  SessionStore store(directory_.path());
  ASSERT_OK_AND_ASSIGN(const auto sessions, store.Recover());
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].uid, 1001U);
  EXPECT_EQ(sessions[0].record.directories.size(), 1U);
  EXPECT_EQ(sessions[1].uid, 1002U);
  ASSERT_OK_AND_ASSIGN(const StoredSession next, store.Create("a-b-e", {}));
  EXPECT_EQ(next.uid, 1003U);
}

TEST_F(Store, LeavesAloneWhatNoSessionOwns) {
  std::filesystem::create_directories(directory_ / "a-b-root");
  std::filesystem::create_directories(directory_ / "a-b-one");
  std::filesystem::create_directories(directory_ / "a-b-two");
  std::filesystem::create_directories(directory_ / "lost+found");
  ASSERT_EQ(chown((directory_ / "a-b-one").c_str(), 1005, 1005), 0);
  ASSERT_EQ(chown((directory_ / "a-b-two").c_str(), 1005, 1005), 0);
  SessionStore store(directory_.path());
  ASSERT_OK_AND_ASSIGN(const auto sessions, store.Recover());
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].name, "a-b-one");
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a-b-root"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a-b-two"));
}

TEST_F(Store, ADamagedRecordCostsLimitsAndDirectoriesOnly) {
  SessionStore store(directory_.path());
  ASSERT_OK(store.Create("a-b-c", {}));
  WriteFile(directory_ / ".hallmark/records/a-b-c.json", "{");
  ASSERT_OK_AND_ASSIGN(const auto sessions, store.Recover());
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_THAT(sessions[0].trouble, HasSubstr("its limits and shared directories are lost"));
}

TEST_F(Store, WhatWasHalfMadeOrRemovedIsInTheTrash) {
  SessionStore store(directory_.path());
  ASSERT_OK_AND_ASSIGN(const StoredSession session, store.Create("a-b-c", {}));
  WriteFile(directory_ / "a-b-c/file", "x");
  ASSERT_OK(store.Remove(session));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "a-b-c"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / ".hallmark/records/a-b-c.json"));
  std::filesystem::create_directories(directory_ / ".hallmark/new/a-b-c");
  ASSERT_OK_AND_ASSIGN(const auto sessions, store.Recover());
  EXPECT_THAT(sessions, IsEmpty());
  EXPECT_EQ(ReadFile(store.trash() / "a-b-c/file"), "x");
  EXPECT_TRUE(std::filesystem::exists(store.trash() / "a-b-c.1"));
}

TEST_F(Store, LinksOnAHostileDiskLeadNowhere) {
  WriteFile(directory_ / "precious/file", "x");
  for (const char* name : {".hallmark", ".hallmark/trash", ".hallmark/new", ".hallmark/records"}) {
    std::filesystem::remove_all(directory_ / "disk");
    std::filesystem::create_directories((directory_ / "disk" / name).parent_path());
    std::filesystem::create_directory_symlink(directory_ / "precious", directory_ / "disk" / name);
    SessionStore store(directory_ / "disk");
    EXPECT_THAT(store.Recover(), HasError(ErrorKind::kVerification, "must be a directory")) << name;
    EXPECT_EQ(ReadFile(directory_ / "precious/file"), "x") << name;
  }
}

TEST_F(Store, ARecordThatIsNoFileIsNotWaitedFor) {
  SessionStore store(directory_.path());
  ASSERT_OK(store.Create("a-b-c", {}));
  ASSERT_OK(store.Create("a-b-d", {}));
  const auto record = [&](const std::string& name) { return directory_ / (".hallmark/records/" + name + ".json"); };
  unlink(record("a-b-c").c_str());
  ASSERT_EQ(mkfifo(record("a-b-c").c_str(), 0600), 0);
  unlink(record("a-b-d").c_str());
  std::filesystem::create_symlink("/dev/zero", record("a-b-d"));
  ASSERT_OK_AND_ASSIGN(const auto sessions, store.Recover());
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_THAT(sessions[0].trouble, HasSubstr("is not a regular file"));
  EXPECT_THAT(sessions[1].trouble, HasSubstr("symbolic links"));
}

TEST_F(Store, WhatARecordCannotHoldIsRefusedBeforeItIsLost) {
  SessionStore store(directory_.path());
  ASSERT_OK_AND_ASSIGN(StoredSession session, store.Create("a-b-c", {}));
  for (int i = 0; i < 1000; ++i) session.record.directories.push_back({"a", "n" + std::to_string(i), false});
  EXPECT_OK(store.Save(session));
  session.record.directories.push_back({"a", "more", false});
  EXPECT_THAT(store.Save(session), HasError(ErrorKind::kUsage, "folders: more than 1000 entries"));
  session.record.directories.pop_back();
  for (SharedDirectory& directory : session.record.directories) directory.source = std::string(2000, 'x');
  EXPECT_THAT(store.Save(session), HasError(ErrorKind::kUsage, "session a-b-c"));
}

TEST_F(Store, ACacheIsTakenInOneStepAndNoLinkIsFollowed) {
  SessionStore store(directory_.path());
  ASSERT_OK(store.Create("a-b-c", {}));
  EXPECT_OK(store.TakeCache("a-b-c"));
  WriteFile(directory_ / "a-b-c/.cache/pip/x", "x");
  WriteFile(directory_ / "a-b-c/work", "w");
  EXPECT_OK(store.TakeCache("a-b-c"));
  EXPECT_EQ(ReadFile(store.trash() / "a-b-c.cache/pip/x"), "x");
  EXPECT_EQ(ReadFile(directory_ / "a-b-c/work"), "w");
  std::filesystem::create_directory_symlink(directory_.path(), directory_ / "a-b-c/.cache");
  EXPECT_OK(store.TakeCache("a-b-c"));
  EXPECT_TRUE(std::filesystem::is_symlink(directory_ / "a-b-c/.cache"));
  std::filesystem::create_directory_symlink(directory_.path(), directory_ / "a-b-d");
  EXPECT_THAT(store.TakeCache("a-b-d"), HasError(ErrorKind::kIo, "a-b-d"));
}

}  // namespace
}  // namespace hallmark::guest
