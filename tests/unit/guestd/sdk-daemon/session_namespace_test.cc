// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_namespace.h"

#include <string>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

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

}  // namespace
}  // namespace hallmark::guest
