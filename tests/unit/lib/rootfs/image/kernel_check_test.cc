// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_check.h"

#include <set>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

std::vector<KernelRequirement> Requirements(std::string_view architecture) {
  return KernelRequirements(architecture).value();
}

KernelRequirement Find(std::string_view option, std::string_view architecture = "arm64") {
  for (const KernelRequirement& requirement : Requirements(architecture)) {
    if (requirement.option == option) return requirement;
  }
  ADD_FAILURE() << option;
  return {};
}

/// A configuration that has all that is required on arm64, as modules where they may be.
KernelConfig FitConfig() {
  KernelConfig config = {{"CONFIG_ARM64", "y"}};
  for (const KernelRequirement& requirement : Requirements("arm64")) {
    config[requirement.option] = requirement.may_be_module ? "m" : "y";
  }
  return config;
}

FileTree Root(const KernelConfig& config, const std::string& without = "") {
  FileTree tree;
  const auto put = [&](const std::string& path, const std::string& content) {
    ASSERT_TRUE(tree.Put(path, FileTree::RegularFile(content, 0644, {1})).ok());
  };
  std::string text;
  for (const auto& [option, value] : config) text += option + "=" + value + "\n";
  put("/boot/vmlinuz-6.1", "");
  put("/boot/config-6.1", text);
  std::string index;
  for (const KernelRequirement& requirement : Requirements("arm64")) {
    if (requirement.may_be_module && requirement.module != without)
      index += "kernel/" + requirement.module + ".ko.xz:\n";
  }
  put("/usr/lib/modules/6.1/modules.dep", index);
  put("/usr/lib/modules/6.1/modules.builtin", "");
  return tree;
}

FileTree Early(const std::string& without = "") {
  FileTree tree;
  for (const KernelRequirement& requirement : Requirements("arm64")) {
    if (!requirement.in_initramfs || requirement.module == without) continue;
    std::string path = "/lib/modules/6.1/" + requirement.module + ".ko";
    EXPECT_TRUE(tree.Put(path, FileTree::RegularFile("", 0644, {1})).ok());
  }
  return tree;
}

TEST(KernelRequirementsTest, CoverEveryDeviceOfTheDesign) {
  for (const char* architecture : {"arm64", "amd64"}) {
    ASSERT_OK_AND_ASSIGN(const auto requirements, KernelRequirements(architecture));
    std::set<std::string> devices;
    for (const KernelRequirement& requirement : requirements) devices.insert(requirement.device);
    for (const char* device : {"root-disk", "session-disk", "smol-bin", "shared-folders", "channel", "network"}) {
      EXPECT_TRUE(devices.contains(device)) << device << " on " << architecture;
    }
  }
  EXPECT_EQ(Find("CONFIG_BLK_DEV_NVME").module, "nvme");
  EXPECT_TRUE(Find("CONFIG_EXFAT_FS").in_initramfs);
}

TEST(KernelRequirementsTest, LoadHashesBeforeWhatAsksForThem) {
  std::vector<std::string> order;
  for (const KernelRequirement& requirement : Requirements("arm64")) order.push_back(requirement.module);
  const auto place = [&](const char* name) { return std::find(order.begin(), order.end(), name) - order.begin(); };
  EXPECT_LT(place("sha2_ce"), place("dm_verity"));
  EXPECT_LT(place("crc32c_generic"), place("ext4"));
}

TEST(KernelFragmentTest, TakesReasonAndAttributes) {
  ASSERT_OK_AND_ASSIGN(const auto read, ParseKernelFragment("## What it is.\n\n# One line\n# and another.\n"
                                                            "#: optional device=clock host=qemu module=rtc_x "
                                                            "stage=initramfs architecture=amd64\nCONFIG_RTC_X=m\n",
                                                            "clocks"));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].option, "CONFIG_RTC_X");
  EXPECT_TRUE(read[0].may_be_module && read[0].optional && read[0].in_initramfs);
  EXPECT_EQ(read[0].reason, "One line and another.");
  EXPECT_EQ(read[0].architecture, "amd64");
  EXPECT_EQ(WhatNeeds(read[0]), "the clock of QEMU");
}

TEST(KernelFragmentTest, NamesTheLineThatIsWrong) {
  const auto refused = [](std::string_view text, const std::string& message) {
    EXPECT_THAT(ParseKernelFragment(text, "x"), HasError(ErrorKind::kCorrupt, message)) << text;
  };
  refused("# Why.\nCONFIG_A=y\nCONFIG_B=y\n", "kernel-config/x.config:3: CONFIG_B has no reason above it");
  refused("# Why.\n#: device=toaster\nCONFIG_A=y\n", "x.config:2: 'device=toaster' is not an attribute");
  refused("# Why.\n#: host=xen\nCONFIG_A=y\n", "x.config:2: 'host=xen' is not an attribute");
  refused("# Why.\nCONFIG_A=n\n", "x.config:2: 'CONFIG_NAME=y' or 'CONFIG_NAME=m' expected");
  refused("# Why.\nCONFIG_A=m\n", "x.config:2: CONFIG_A: '=m' and a module's name go together");
  refused("# Why.\nCONFIG_A=y\n# Why.\nCONFIG_A=y\n", "x.config:4: CONFIG_A is set twice");
}

TEST(KernelConfigTest, ReadsAndRefuses) {
  ASSERT_OK_AND_ASSIGN(const KernelConfig config, ParseKernelConfig("# Linux\nCONFIG_A=y\n# CONFIG_B is not set\n"
                                                                    "CONFIG_C=\"a=b\"\n"));
  EXPECT_EQ(config.size(), 2u);
  EXPECT_EQ(config.at("CONFIG_C"), "\"a=b\"");
  EXPECT_THAT(ParseKernelConfig("GIF89a\n"), HasError(ErrorKind::kCorrupt, "not a kernel configuration"));
  EXPECT_THAT(ParseKernelConfig(""), HasError(ErrorKind::kCorrupt, "no CONFIG_ line"));
  EXPECT_THAT(ArchitectureOf(config), HasError(ErrorKind::kUnsupported, "neither arm64 nor amd64"));
}

TEST(KernelCheckTest, SaysWhichOptionIsMissingForWhom) {
  KernelConfig config = FitConfig();
  ASSERT_OK_AND_ASSIGN(const KernelReport fit, CheckKernelConfig(config));
  EXPECT_TRUE(fit.ok());
  EXPECT_TRUE(fit.problems.empty());
  config.erase("CONFIG_BLK_DEV_NVME");
  config.erase("CONFIG_USB_UAS");
  config["CONFIG_SECCOMP_FILTER"] = "m";
  ASSERT_OK_AND_ASSIGN(const KernelReport report, CheckKernelConfig(config));
  EXPECT_FALSE(report.ok());
  ASSERT_EQ(report.problems.size(), 3u);
  EXPECT_EQ(Describe(report.problems[0]),
            "CONFIG_BLK_DEV_NVME is not set in the kernel's configuration, for the session disk of "
            "Virtualization.framework and QEMU: sessiondata.img is an NVMe disk.");
  EXPECT_TRUE(report.problems[1].requirement.optional);
  EXPECT_EQ(report.problems[2].what, "is a module, and has to be built in");
}

TEST(KernelCheckTest, OptionalOnesAreNoFault) {
  KernelConfig config = FitConfig();
  config.erase("CONFIG_USB_UAS");
  ASSERT_OK_AND_ASSIGN(const KernelReport report, CheckKernelConfig(config));
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.problems.size(), 1u);
}

TEST(KernelCheckTest, LooksForModulesInTheRootAndTheInitramfs) {
  ASSERT_OK_AND_ASSIGN(const KernelReport fit, CheckKernel(Root(FitConfig()), Early()));
  EXPECT_TRUE(fit.problems.empty());
  EXPECT_EQ(fit.version, "6.1");
  ASSERT_OK_AND_ASSIGN(const KernelReport root, CheckKernel(Root(FitConfig(), "virtiofs"), Early()));
  ASSERT_EQ(root.problems.size(), 1u);
  EXPECT_EQ(root.problems[0].what, "is a module, virtiofs, that is not in the root");
  ASSERT_OK_AND_ASSIGN(const KernelReport early, CheckKernel(Root(FitConfig()), Early("nvme")));
  ASSERT_EQ(early.problems.size(), 1u);
  EXPECT_EQ(early.problems[0].what, "is a module, nvme, that is not in the initramfs");
  EXPECT_FALSE(early.ok());
}

TEST(KernelCheckTest, NeedsTheConfiguration) {
  FileTree tree = Root(FitConfig());
  tree.Remove("/boot/config-6.1");
  EXPECT_THAT(CheckKernel(tree, Early()), HasError(ErrorKind::kNotFound, "config-6.1"));
}

}  // namespace
}  // namespace hallmark
