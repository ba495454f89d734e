// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/systemd_units.h"

#include "tests/support/matchers.h"
#include "tests/unit/lib/rootfs/tree/sample_tree.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;

const std::string kSystem = "/etc/systemd/system/";
const std::string kVendor = "/usr/lib/systemd/system/";

class SystemdUnitsTest : public testing::TreeTest {
 protected:
  SystemdUnitsTest() {
    Put(kVendor + "ssh.service",
        "[Unit]\nWantedBy=nothing.target\n[Install]\n# WantedBy=comment.target\n WantedBy = multi-user.target "
        "a.target\n"
        "RequiredBy=b.target\nAlias=sshd.service ssh.service\nAlso=ssh.socket\n");
    Put(kVendor + "ssh.socket", "[Install]\nWantedBy=sockets.target\nAlso=ssh.service\n");
    Put(kVendor + "getty@.service", "[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n");
    Put(kVendor + "static.service", "[Unit]\n");
    Put(kVendor + "multi-user.target", "");
  }
  Result<void> Enable(const std::string& unit) { return ApplySystemd(Tree(), {.enable = {unit}}); }
};

TEST_F(SystemdUnitsTest, LinksAUnitWhereItsInstallSectionSays) {
  ASSERT_OK(Enable("ssh.service"));
  for (const char* link : {"multi-user.target.wants/ssh.service", "a.target.wants/ssh.service",
                           "b.target.requires/ssh.service", "sshd.service"}) {
    EXPECT_EQ(Target(kSystem + link), kVendor + "ssh.service") << link;
  }
  EXPECT_EQ(Target(kSystem + "sockets.target.wants/ssh.socket"), kVendor + "ssh.socket");
  EXPECT_FALSE(Tree().Exists(kSystem + "ssh.service"));
  EXPECT_FALSE(Tree().Exists(kSystem + "nothing.target.wants"));
  EXPECT_FALSE(Tree().Exists(kSystem + "comment.target.wants"));
}

TEST_F(SystemdUnitsTest, EnablesInstancesOfTemplates) {
  ASSERT_OK(Enable("getty@.service"));
  EXPECT_EQ(Target(kSystem + "getty.target.wants/getty@tty1.service"), kVendor + "getty@.service");
  ASSERT_OK(Enable("getty@hvc0.service"));
  EXPECT_EQ(Target(kSystem + "getty.target.wants/getty@hvc0.service"), kVendor + "getty@.service");
}

TEST_F(SystemdUnitsTest, TakesTheAdministratorsUnitFirst) {
  Put(kSystem + "ssh.service", "[Install]\nWantedBy=own.target\n");
  ASSERT_OK(Enable("ssh.service"));
  EXPECT_EQ(Target(kSystem + "own.target.wants/ssh.service"), kSystem + "ssh.service");
}

TEST_F(SystemdUnitsTest, DisablesWhatItEnables) {
  ASSERT_OK(Enable("ssh.service"));
  ASSERT_OK(ApplySystemd(Tree(), {.disable = {"ssh.service"}}));
  EXPECT_THAT(Tree().List(kSystem + "multi-user.target.wants"), ElementsAre());
  EXPECT_THAT(Tree().List(kSystem + "b.target.requires"), ElementsAre());
  EXPECT_FALSE(Tree().Exists(kSystem + "sshd.service"));
  EXPECT_TRUE(Tree().Exists(kSystem + "sockets.target.wants/ssh.socket"));
}

TEST_F(SystemdUnitsTest, MasksAndSetsTheDefaultTarget) {
  ASSERT_OK(ApplySystemd(Tree(), {.mask = {"apt-daily.timer"}, .default_target = "multi-user.target"}));
  EXPECT_EQ(Target(kSystem + "apt-daily.timer"), "/dev/null");
  EXPECT_EQ(Target(kSystem + "default.target"), kVendor + "multi-user.target");
}

TEST_F(SystemdUnitsTest, SaysWhatCannotBeEnabled) {
  EXPECT_THAT(Enable("absent.service"), HasError(ErrorKind::kUsage, "[systemd]: the image has no unit absent.service"));
  EXPECT_THAT(ApplySystemd(Tree(), {.disable = {"absent.service"}}), HasError(ErrorKind::kUsage, "absent.service"));
  EXPECT_THAT(ApplySystemd(Tree(), {.default_target = "absent.target"}), HasError(ErrorKind::kUsage, "absent.target"));
  const Result<void> still = Enable("static.service");
  EXPECT_THAT(still, HasError(ErrorKind::kUsage, "unit static.service has no [Install] section"));
  EXPECT_EQ(still.error().hint, "a unit that others pull in requires no enabling");
  ASSERT_OK(ApplySystemd(Tree(), {.mask = {"masked.service"}}));
  EXPECT_THAT(Enable("masked.service"), HasError(ErrorKind::kUsage, "the image has no unit masked.service"));
}

}  // namespace
}  // namespace hallmark
