// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_config.h"

#include <set>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;

Result<std::vector<KernelRequirement>> Parse(std::string_view text) { return ParseKernelFragment(text, "storage"); }

TEST(KernelFragmentTest, GivesWhatStandsAboveAnOptionToIt) {
  ASSERT_OK_AND_ASSIGN(const auto requirements,
                       Parse("## A heading.\n"
                             "# Reads the disk\n"
                             "# of the root.\n"
                             "#: device=root-disk host=qemu module=virtio_blk stage=initramfs\n"
                             "#: architecture=arm64 optional\n"
                             "CONFIG_VIRTIO_BLK=m\n\n"
                             "# Is always there.\n"
                             "CONFIG_BLOCK=y\n"));
  ASSERT_EQ(requirements.size(), 2U);
  const KernelRequirement& disk = requirements[0];
  EXPECT_EQ(disk.option, "CONFIG_VIRTIO_BLK");
  EXPECT_EQ(disk.reason, "Reads the disk of the root.");
  EXPECT_EQ(disk.module, "virtio_blk");
  EXPECT_EQ(disk.device, "root-disk");
  EXPECT_EQ(disk.architecture, "arm64");
  EXPECT_EQ(disk.purpose, "storage");
  EXPECT_TRUE(disk.may_be_module && disk.optional && disk.in_initramfs);
  EXPECT_THAT(disk.hosts, ElementsAre("QEMU"));
  EXPECT_EQ(WhatNeeds(disk), "the root disk of QEMU");
  const KernelRequirement& block = requirements[1];
  EXPECT_FALSE(block.may_be_module || block.optional || block.in_initramfs);
  EXPECT_EQ(block.module, "");
  EXPECT_EQ(WhatNeeds(block), "guests of Virtualization.framework and QEMU");
}

TEST(KernelFragmentTest, NamesTheLineThatIsWrong) {
  for (const auto& [text, message] :
       {std::pair{"CONFIG_A=y\n", ":1: CONFIG_A has no reason above it"},
        {"# Reason.\nCONFIG_A=n\n", ":2: 'CONFIG_NAME=y' or 'CONFIG_NAME=m' expected"},
        {"# Reason.\nA=y\n", ":2: 'CONFIG_NAME=y' or 'CONFIG_NAME=m' expected"},
        {"# Reason.\nCONFIG_A=m\n", ":2: CONFIG_A: '=m' and a module's name go together"},
        {"# Reason.\n#: module=a\nCONFIG_A=y\n", ":3: CONFIG_A: '=m' and a module's name go together"},
        {"# R.\nCONFIG_A=y\n\n# R.\nCONFIG_A=y\n", ":5: CONFIG_A is set twice"},
        {"#: device=toaster\n", ":1: 'device=toaster' is not an attribute"},
        {"#: host=xen\n", ":1: 'host=xen' is not an attribute"},
        {"#: architecture=armhf\n", ":1: 'architecture=armhf' is not an attribute"},
        {"\n#: module=\n", ":2: 'module=' is not an attribute"}}) {
    EXPECT_THAT(Parse(text), HasError(ErrorKind::kCorrupt, std::string("kernel-config/storage.config") + message));
  }
}

TEST(KernelRequirementsTest, NameEachOptionOnce) {
  for (const char* architecture : {"arm64", "amd64"}) {
    ASSERT_OK_AND_ASSIGN(const auto requirements, KernelRequirements(architecture));
    std::set<std::string> options;
    for (const KernelRequirement& requirement : requirements) {
      EXPECT_TRUE(options.insert(requirement.option).second) << requirement.option;
      EXPECT_TRUE(requirement.architecture.empty() || requirement.architecture == architecture);
    }
    EXPECT_TRUE(options.contains("CONFIG_DM_VERITY"));
  }
}

TEST(KernelConfigTest, HoldsWhatIsSet) {
  ASSERT_OK_AND_ASSIGN(const KernelConfig config,
                       ParseKernelConfig("# A comment\nCONFIG_ARM64=y\n# CONFIG_B is not set\nCONFIG_C=\"a=b\"\n"));
  EXPECT_EQ(config, (KernelConfig{{"CONFIG_ARM64", "y"}, {"CONFIG_C", "\"a=b\""}}));
  EXPECT_EQ(ArchitectureOf(config).value(), "arm64");
  EXPECT_EQ(ArchitectureOf({{"CONFIG_X86_64", "y"}}).value(), "amd64");
  EXPECT_THAT(ArchitectureOf({{"CONFIG_ARM64", "m"}}), HasError(ErrorKind::kUnsupported, "neither arm64 nor amd64"));
}

TEST(KernelConfigTest, RefusesWhatIsNone) {
  EXPECT_THAT(ParseKernelConfig(""), HasError(ErrorKind::kCorrupt, "no CONFIG_ line"));
  EXPECT_THAT(ParseKernelConfig("CONFIG_A\n"), HasError(ErrorKind::kCorrupt, "CONFIG_NAME=VALUE"));
  EXPECT_THAT(ParseKernelConfig("hello\n"), HasError(ErrorKind::kCorrupt, "not a kernel configuration"));
}

}  // namespace
}  // namespace hallmark
