// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/initramfs.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "lib/archive/cpio.h"
#include "lib/archive/filter.h"
#include "lib/base/file.h"
#include "lib/rootfs/image/kernel_config.h"
#include "lib/rootfs/image/kernel_modules.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr const char* kModules = "/usr/lib/modules/6.1/";
const std::set<std::string> kModuleNames = {"dm_mod", "dm_verity", "overlay", "nvme"};

void PutFile(FileTree& tree, const std::string& path, const std::string& content) {
  ASSERT_TRUE(tree.Put(path, FileTree::RegularFile(content, 0644, {1})).ok());
}

/// A kernel with most built in, dm-verity behind two others, and one module compressed.
FileTree Kernel() {
  FileTree tree;
  const std::string directory = kModules;
  PutFile(tree, "/boot/vmlinuz-6.1", "");
  PutFile(tree, directory + "modules.dep",
          "kernel/dm-verity.ko.gz: kernel/dm-bufio.ko kernel/dm-mod.ko\nkernel/dm-bufio.ko: kernel/dm-mod.ko\n"
          "kernel/dm-mod.ko:\nkernel/overlay.ko:\nkernel/nvme.ko:\nkernel/sound.ko:\n");
  std::string builtin;
  const std::vector<KernelRequirement> requirements = KernelRequirements("arm64").value();
  for (const KernelRequirement& requirement : requirements) {
    if (requirement.in_initramfs && !requirement.optional && !kModuleNames.contains(requirement.module)) {
      builtin += "kernel/" + requirement.module + ".ko\n";
    }
  }
  PutFile(tree, directory + "modules.builtin", builtin);
  for (const char* name : {"dm-bufio", "dm-mod", "overlay", "nvme", "sound"}) {
    PutFile(tree, directory + "kernel/" + name + ".ko",
            std::string("\x7f"
                        "ELF ") +
                name);
  }
  PutFile(tree, directory + "kernel/dm-verity.ko.gz",
          std::string(AsText(*Compress(AsBytes("\x7f"
                                               "ELF dm-verity"),
                                       Filter::kGzip))));
  return tree;
}

class InitramfsTest : public ::testing::Test {
 protected:
  InitramfsTest() {
    options_ = {directory_ / "init", "arm64", "6.1", {1}};
    EXPECT_TRUE(WriteFileAtomically(options_.init, AsBytes("program")).ok());
  }

  testing::TempDir directory_;
  InitramfsOptions options_;
};

TEST_F(InitramfsTest, ListsNeededModulesInLoadOrder) {
  const auto bytes = MakeInitramfs(Kernel(), options_);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto tree = ReadCpio(*bytes, 1 << 20);
  ASSERT_TRUE(tree.ok()) << tree.error().message;
  EXPECT_EQ(tree->inode(*tree->Find("/lib/modules/hallmark.list")).data,
            "optional /lib/modules/6.1/kernel/nvme.ko\n"
            "required /lib/modules/6.1/kernel/dm-mod.ko\n"
            "required /lib/modules/6.1/kernel/dm-bufio.ko\n"
            "required /lib/modules/6.1/kernel/dm-verity.ko\n"
            "required /lib/modules/6.1/kernel/overlay.ko\n");
  EXPECT_EQ(tree->inode(*tree->Find("/lib/modules/6.1/kernel/dm-verity.ko")).data,
            "\x7f"
            "ELF dm-verity");
  EXPECT_EQ(tree->inode(*tree->Find("/init")).data, "program");
  EXPECT_FALSE(tree->Contains("/lib/modules/6.1/kernel/sound.ko"));
}

// It answers the host's first press, and a kernel that has none boots all the same.
TEST_F(InitramfsTest, LoadsThePowerButtonWhereItIsAModule) {
  const auto list_of = [&](const FileTree& kernel) {
    const auto bytes = MakeInitramfs(kernel, options_);
    EXPECT_OK(bytes);
    const auto tree = ReadCpio(*bytes, 1 << 20);
    EXPECT_OK(tree);
    return tree->inode(*tree->Find("/lib/modules/hallmark.list")).data;
  };
  FileTree kernel = Kernel();
  EXPECT_EQ(list_of(kernel).find("gpio"), std::string::npos);  // absent
  const std::string directory = kModules;
  const std::string index = kernel.inode(*kernel.Find(directory + "modules.dep")).data;
  PutFile(kernel, directory + "modules.dep", index + "kernel/evdev.ko:\nkernel/gpio_keys.ko:\n");
  for (const char* name : {"evdev", "gpio_keys"}) PutFile(kernel, directory + "kernel/" + name + ".ko", name);
  EXPECT_NE(list_of(kernel).find("optional /lib/modules/6.1/kernel/gpio_keys.ko\n"
                                 "optional /lib/modules/6.1/kernel/evdev.ko\n"),
            std::string::npos);
  const std::string builtin = kernel.inode(*kernel.Find(directory + "modules.builtin")).data;
  PutFile(kernel, directory + "modules.builtin", builtin + "kernel/gpio_keys.ko\n");
  PutFile(kernel, directory + "modules.dep", index);
  EXPECT_EQ(list_of(kernel).find("gpio"), std::string::npos);  // built in
}

TEST_F(InitramfsTest, IsTheSameBytesEveryTime) {
  EXPECT_EQ(*MakeInitramfs(Kernel(), options_), *MakeInitramfs(Kernel(), options_));
}

TEST_F(InitramfsTest, RefusesAKernelWithoutVerity) {
  FileTree tree = Kernel();
  PutFile(tree, std::string(kModules) + "modules.dep", "kernel/dm-mod.ko:\nkernel/nvme.ko:\nkernel/overlay.ko:\n");
  EXPECT_THAT(MakeInitramfs(tree, options_),
              HasError(ErrorKind::kNotFound,
                       "has no module dm_verity, for the root disk of Virtualization.framework and QEMU"));
}

TEST_F(InitramfsTest, RefusesAKernelWithoutDepmod) {
  FileTree tree = Kernel();
  tree.Remove(std::string(kModules) + "modules.dep");
  EXPECT_THAT(MakeInitramfs(tree, options_), HasError(ErrorKind::kNotFound, "no modules.dep of kernel 6.1"));
}

TEST(KernelVersionTest, TakesTheOnlyOne) {
  FileTree tree = Kernel();
  EXPECT_EQ(*KernelVersion(tree), "6.1");
  PutFile(tree, "/boot/vmlinuz-6.8", "");
  PutFile(tree, "/usr/lib/modules/6.8/modules.dep", "");
  EXPECT_THAT(KernelVersion(tree), HasError(ErrorKind::kUsage, "more than one kernel in /boot: 6.1, 6.8"));
  tree.Remove("/boot/vmlinuz-6.1");
  tree.Remove("/boot/vmlinuz-6.8");
  EXPECT_THAT(KernelVersion(tree), HasError(ErrorKind::kNotFound, "no kernel with its modules"));
}

TEST(GuestProgramTest, IsWhereTheEnvironmentSays) {
  const testing::TempDir directory;
  testing::WriteFile(directory / "arm64/init", "program");
  ASSERT_EQ(setenv("HALLMARK_GUEST", directory.path().c_str(), 1), 0);
  EXPECT_EQ(GuestProgram("arm64", "init").value(), directory / "arm64/init");
  EXPECT_THAT(GuestProgram("amd64", "init"), HasError(ErrorKind::kNotFound, "amd64/init: no such program"));
  unsetenv("HALLMARK_GUEST");
}

}  // namespace
}  // namespace hallmark
