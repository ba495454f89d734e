// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/apt.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;

TEST(AptPlanTest, ReadsWhatASimulationPrints) {
  const Apt::Plan plan = Apt::ParsePlan(
      "NOTE: This is only a simulation!\n"
      "Reading package lists...\n"
      "Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.12/oldstable [arm64])\n"
      "Conf gcc-12-base (12.2.0-14+deb12u1 Debian:12.12/oldstable [arm64])\n"
      "Inst libc6 (2.36-9 Debian:12.12/oldstable [arm64]) []\n"
      "Inst base-files (1:12.4 Debian:12.12/oldstable [arm64])\n"
      "Conf base-files (1:12.4 Debian:12.12/oldstable [arm64])\n"
      "Conf libc6 (2.36-9 Debian:12.12/oldstable [arm64])\n");
  std::vector<std::string> unpack;
  for (const Apt::Plan::Step& step : plan.unpack) unpack.push_back(step.name + " " + step.version);
  EXPECT_THAT(unpack, ElementsAre("gcc-12-base 12.2.0-14+deb12u1", "libc6 2.36-9", "base-files 1:12.4"));
  EXPECT_THAT(plan.configure, ElementsAre("gcc-12-base", "base-files", "libc6"));
}

TEST(AptPlanTest, IsEmptyWhereThereIsNothingToDo) {
  const Apt::Plan plan = Apt::ParsePlan("Reading package lists...\nInst\nInstalled\n\n");
  EXPECT_TRUE(plan.unpack.empty());
  EXPECT_TRUE(plan.configure.empty());
}

}  // namespace
}  // namespace hallmark
