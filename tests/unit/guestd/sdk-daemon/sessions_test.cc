// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include "guestd/sdk-daemon/disk_usage.h"
#include "guestd/sdk-daemon/session_name.h"
#include "guestd/sdk-daemon/session_namespace.h"
#include "guestd/sdk-daemon/session_store.h"
#include "guestd/sdk-daemon/spawn_parameters.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::ReadFile;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SessionName, IsThreeWordsOfLowerCaseLetters) {
  EXPECT_OK(CheckSessionName("brave-calm-turing"));
  for (const auto& [name, why] :
       std::vector<std::pair<std::string, std::string>>{{"", "an empty word"},
                                                        {"brave", "1 word"},
                                                        {"brave-calm", "2 words"},
                                                        {"a-b-c-d", "4 words"},
                                                        {"-a-b", "an empty word"},
                                                        {"a--b", "an empty word"},
                                                        {"a-b-", "an empty word"},
                                                        {"Brave-calm-turing", "neither a to z"},
                                                        {"a-b-c/", "neither a to z"},
                                                        {"..", "neither a to z"},
                                                        {std::string("a-b-c\0d", 7), "neither a to z"},
                                                        {"aaaaaaaaaaa-bbbbbbbbbb-cccccccccc", "longer than 31"}}) {
    EXPECT_THAT(CheckSessionName(name), HasError(ErrorKind::kUsage, why)) << name;
  }
}

TEST(SessionName, MadeOnesAreGoodAndNeverTwiceTheSameWord) {
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    uint32_t state = seed;
    const std::string name = MakeSessionName([&](uint32_t bound) { return (state = state * 1664525 + 7) % bound; });
    ASSERT_OK(CheckSessionName(name));
    const size_t first = name.find('-');
    EXPECT_NE(name.substr(0, first), name.substr(first + 1, name.find('-', first + 1) - first - 1)) << name;
  }
}

TEST(SessionRecord, GoesThereAndBack) {
  SessionRecord record;
  record.limits = {.memory = 1 << 30, .cpu = 150, .processes = 100};
  record.quota = 5;
  record.directories = {{"Documents/a", "a", true}, {"b", "b", false}};
  ASSERT_OK_AND_ASSIGN(const SessionRecord back, ParseSessionRecord(EncodeSessionRecord(record)));
  EXPECT_EQ(back, record);
}

TEST(SessionRecord, OfAnotherVersionIsRefused) {
  EXPECT_THAT(ParseSessionRecord(R"({"version":2,"folders":[]})"), HasError(ErrorKind::kCorrupt, "version: not 1"));
  EXPECT_THAT(ParseSessionRecord(R"({"version":1,"folders":[],"uid":7})"),
              HasError(ErrorKind::kCorrupt, "uid: unknown"));
}

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
  EXPECT_THAT(sessions[0].trouble, HasSubstr("is no regular file"));
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

TEST(UserDatabase, HasTheSystemsUsersAndThisOne) {
  const NamespacePlan plan{"a-b-c", 1001, "/sessions/a-b-c", "", ""};
  EXPECT_EQ(PasswdWith("root:x:0:0:root:/root:/bin/bash\nold:x:1001:1001::/:/bin/sh\na-b-c:x:5:5::/:/bin/sh\n", plan),
            "root:x:0:0:root:/root:/bin/bash\na-b-c:x:1001:1001::/sessions/a-b-c:/bin/bash\n");
  EXPECT_EQ(GroupWith("sudo:x:27:old\n", plan), "sudo:x:27:old\na-b-c:x:1001:\n");
}

TEST(SharedDirectory, IsBelowTheSharedDirectoriesByAPlainName) {
  EXPECT_OK(CheckSharedDirectory({"Documents/report", "report", true}));
  for (const char* source : {"", "/etc", "..", "a/../b", "./a", "a//b/"}) {
    const auto checked = CheckSharedDirectory({source, "a", true});
    if (std::string(source) == "a//b/") {
      EXPECT_THAT(checked, HasError(ErrorKind::kUsage, "not a path below")) << source;
    } else {
      EXPECT_THAT(checked, HasError(ErrorKind::kUsage, "not a path below the shared directories")) << source;
    }
  }
  for (const char* name : {"", ".", "..", "a/b"}) {
    EXPECT_THAT(CheckSharedDirectory({"a", name, true}), HasError(ErrorKind::kUsage, "not a plain file name")) << name;
  }
}

Session ActiveSession() {
  Session session;
  session.stored = {"a-b-c", 1001, "/sessions/a-b-c", {}, ""};
  session.mount_namespace = File();
  return session;
}

TEST(SpawnParameters, GoThroughTheSandbox) {
  ASSERT_OK_AND_ASSIGN(const SpawnParameters parameters,
                       ParseSpawnParameters(Json::parse(R"({"session":"a-b-c","command":["ls","-l"]})")));
  Session session = ActiveSession();
  session.stored.record.directories = {{"x", "reports", true}, {"y", "work", false}, {"z", "missing", true}};
  session.attached = {"reports", "work"};
  ASSERT_OK_AND_ASSIGN(const SpawnRequest request, MakeSpawnRequest(parameters, session, true));
  EXPECT_THAT(request.argv,
              ElementsAre("/sessions/.programs/sandbox-helper", "--settings", "/sessions/.programs/srt-settings.json",
                          "--session-home", "/sessions/a-b-c", "--workdir", "/sessions/a-b-c", "--read-only",
                          "/sessions/a-b-c/mnt/reports", "--", "ls", "-l"));
  EXPECT_EQ(request.uid, 1001U);
  EXPECT_THAT(MakeSpawnRequest(parameters, session, false), HasError(ErrorKind::kUsage, "no sandbox-helper"));
}

TEST(SpawnParameters, ChangeTheEnvironmentByName) {
  ASSERT_OK_AND_ASSIGN(const SpawnParameters parameters, ParseSpawnParameters(Json::parse(R"({
    "session":"a-b-c","command":["env"],"sandbox":false,"environment":{"HOME":"/x","A":"b=c"}})")));
  ASSERT_OK_AND_ASSIGN(const SpawnRequest request, MakeSpawnRequest(parameters, ActiveSession(), false));
  EXPECT_THAT(request.environment, ::testing::Contains("HOME=/x"));
  EXPECT_THAT(request.environment, ::testing::Contains("A=b=c"));
  EXPECT_THAT(request.environment, ::testing::Not(::testing::Contains("HOME=/sessions/a-b-c")));
}

TEST(SpawnParameters, WhatIsWrongIsNamed) {
  for (const auto& [more, text] : std::vector<std::pair<std::string, std::string>>{
           {R"("command":[])", "command: empty"},
           {R"("command":[""])", "command: empty"},
           {R"("command":[7])", "command: not texts"},
           {R"("command":["a\u0000b"])", "command: not texts"},
           {R"("command":["a"],"environment":{"A=B":"c"})", "environment: not names with texts"},
           {R"("command":["a"],"environment":{"A":"c\u0000"})", "environment: not names with texts"},
           {R"("command":["a"],"terminal":{"rows":0,"columns":80})", "terminal.rows: not 1 to 65535"},
           {R"("command":["a"],"cpu":0)", "cpu: not 1 to 100000"},
           {R"("command":["a"],"open_files":99999999)", "open_files: more than"},
           {R"("command":["a"],"sandbox":0)", "sandbox: not true or false"},
           {R"("command":["a"],"user":"root")", "user: unknown here"}}) {
    EXPECT_THAT(ParseSpawnParameters(Json::parse(R"({"session":"a-b-c",)" + more + "}")),
                HasError(ErrorKind::kUsage, text))
        << more;
  }
}

TEST(DiskUsage, CountsBlocksAndEachFileOnce) {
  const TempDir directory;
  WriteFile(directory / "a", std::string(100000, 'x'));
  std::filesystem::create_hard_link(directory / "a", directory / "b");
  ASSERT_OK_AND_ASSIGN(const DiskUsage usage, MeasureUsage(directory.path()));
  EXPECT_EQ(usage.files, 2U);  // the directory itself and the file
  EXPECT_GE(usage.bytes, 100000U);
  EXPECT_LT(usage.bytes, 200000U);
  EXPECT_THAT(MeasureUsage(directory / "none"), HasError(ErrorKind::kNotFound, "none"));
}

}  // namespace
}  // namespace hallmark::guest
