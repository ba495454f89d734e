// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/users.h"

#include <sys/stat.h>

#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/tree/sample_tree.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;

// An input is a tree with a user database, and the recipe whose users and owners it must take.
TEST(UsersTest, GivesEveryMessage) {
  testing::CheckDataDirectory("users", [](const fs::path& input) -> Result<void> {
    ASSIGN_OR_RETURN(const TreeDirectory tree, TreeDirectory::Open(input));
    ASSIGN_OR_RETURN(UserDatabase users, UserDatabase::Load(tree));
    ASSIGN_OR_RETURN(const Recipe recipe, LoadRecipe(input));
    for (const Recipe::User& user : recipe.users) RETURN_IF_ERROR(users.AddUser(user, 0));
    for (const Recipe::Node& node : recipe.nodes) RETURN_IF_ERROR(users.Resolve(node.owner, node.mode));
    return {};
  });
}

const Recipe::User kAgent = {
    .name = "agent", .uid = 1000, .groups = {"video"}, .home = "/home/agent", .shell = "/bin/sh", .gecos = "The agent"};

using UserDatabaseTest = testing::TreeTest;

TEST_F(UserDatabaseTest, AddsAUserToEveryFile) {
  ASSERT_OK_AND_ASSIGN(UserDatabase users, UserDatabase::Load(Tree()));
  ASSERT_OK(users.AddUser(kAgent, 20000));
  ASSERT_OK(users.Store(Tree()));
  EXPECT_TRUE(Content("/etc/passwd").ends_with("\nagent:x:1000:1000:The agent:/home/agent:/bin/sh\n"));
  EXPECT_EQ(Content("/etc/group"), "root:x:0:\nvideo:x:44:agent\nshadow:x:0:\nagent:x:1000:\n");
  EXPECT_EQ(Content("/etc/shadow"), "agent:!:20000:0:99999:7:::\n");
  EXPECT_EQ(Content("/etc/gshadow"), "agent:!::\n");
  EXPECT_EQ(Content("/etc/subuid"), "agent:100000:65536\n");
  EXPECT_EQ(Content("/etc/subgid"), "agent:100000:65536\n");
  struct stat status {};
  ASSERT_EQ(stat(OnDisk("/etc/shadow").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, mode_t{S_IFREG | 0640});
}

TEST_F(UserDatabaseTest, GoesOnAfterMembersAndRangesThatAreThere) {
  Put("/etc/group", "video:x:44:other");  // without a line feed at its end
  Put("/etc/gshadow", "video:!::\n");
  Put("/etc/subuid", "other:100000:65536\nodd line\n");
  ASSERT_OK_AND_ASSIGN(UserDatabase users, UserDatabase::Load(Tree()));
  ASSERT_OK(users.AddUser(kAgent, 0));
  ASSERT_OK(users.Store(Tree()));
  EXPECT_EQ(Content("/etc/group"), "video:x:44:other,agent\nagent:x:1000:\n");
  EXPECT_EQ(Content("/etc/gshadow"), "video:!::agent\nagent:!::\n");
  EXPECT_EQ(Content("/etc/subuid"), "other:100000:65536\nodd line\nagent:165536:65536\n");
}

TEST_F(UserDatabaseTest, SetsTheDayOfEveryPassword) {
  Put("/etc/shadow", "root:*:19000:0:99999:7:::\n_apt:!::::::\n");
  ASSERT_OK_AND_ASSIGN(UserDatabase users, UserDatabase::Load(Tree()));
  users.SetPasswordDays(20000);
  ASSERT_OK(users.Store(Tree()));
  EXPECT_EQ(Content("/etc/shadow"), "root:*:20000:0:99999:7:::\n_apt:!::::::\n");
}

TEST_F(UserDatabaseTest, ResolvesNamesAndNumbers) {
  ASSERT_OK_AND_ASSIGN(const UserDatabase users, UserDatabase::Load(Tree()));
  ASSERT_OK_AND_ASSIGN(const Ownership named, users.Resolve({"_apt", "video"}, 0750));
  EXPECT_EQ(named.uid, 42U);
  EXPECT_EQ(named.gid, 44U);
  EXPECT_EQ(named.mode, mode_t{0750});
  ASSERT_OK_AND_ASSIGN(const Ownership numbers, users.Resolve({"1234", "5678"}, 0));
  EXPECT_EQ(numbers.uid, 1234U);
  EXPECT_EQ(numbers.gid, 5678U);
}

}  // namespace
}  // namespace hallmark
