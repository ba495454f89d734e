// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/boot_files.h"

#include "tests/support/environment.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/rootfs/image/sample_kernel.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::PutSampleFile;

constexpr const char* kGrub = "/usr/lib/grub/arm64-efi/monolithic/grubaa64.efi";

class BootFilesTest : public ::testing::Test {
 protected:
  BootFilesTest() : variable_("HALLMARK_GUEST", directory_.path().c_str()), rootfs_(testing::SampleKernel()) {
    testing::WriteFile(directory_ / "arm64/init", "program");
    recipe_.architecture = "arm64";
    std::string config = "CONFIG_ARM64=y\n";
    const auto requirements = KernelRequirements("arm64").value();
    for (const KernelRequirement& requirement : requirements) {
      const bool module = testing::kSampleModuleNames.contains(requirement.module);
      config += requirement.option + (module ? "=m\n" : "=y\n");
    }
    PutSampleFile(rootfs_, "/boot/config-6.1", config);
    PutSampleFile(rootfs_, "/boot/vmlinuz-6.1", "kernel");
    PutSampleFile(rootfs_, kGrub, "grub");
    PutSampleFile(rootfs_, "/usr/lib/os-release", "NAME=\"A system\"\nVERSION_ID=\"12\"\nID=\"debian\"\n");
  }
  Result<BootFiles> Collect() { return CollectBootFiles(recipe_, rootfs_, {1}); }

  testing::TempDir directory_;
  testing::ScopedVariable variable_;
  Recipe recipe_;
  FileTree rootfs_;
};

TEST_F(BootFilesTest, FindsKernelAndGrub) {
  ASSERT_OK_AND_ASSIGN(const BootFiles boot, Collect());
  EXPECT_EQ(boot.kernel_version, "6.1");
  EXPECT_EQ(boot.kernel.data, "kernel");
  EXPECT_EQ(boot.grub.data, "grub");
  EXPECT_EQ(boot.grub_file, "BOOTAA64.EFI");
  EXPECT_EQ(boot.grub_cfg_directory, "EFI/debian");
  EXPECT_FALSE(boot.initramfs.empty());
}

TEST_F(BootFilesTest, NamesThePackageThatIsMissing) {
  rootfs_.Remove(kGrub);
  const Result<BootFiles> without_grub = Collect();
  EXPECT_THAT(without_grub, HasError(ErrorKind::kNotFound, std::string("the tree has no ") + kGrub));
  EXPECT_EQ(without_grub.error().hint, "add the package grub-efi-arm64-bin to the recipe");
  PutSampleFile(rootfs_, kGrub, "grub");
  PutSampleFile(rootfs_, "/usr/lib/os-release", "NAME=none\nVARIANT_ID=x\n");
  const Result<BootFiles> without_id = Collect();
  EXPECT_THAT(without_id, HasError(ErrorKind::kNotFound, "the tree has no os-release file with an ID"));
  EXPECT_EQ(without_id.error().hint, "the package base-files has it");
}

TEST_F(BootFilesTest, RefusesAKernelThatLacksWhatGuestsNeed) {
  PutSampleFile(rootfs_, "/boot/config-6.1", "CONFIG_ARM64=y\n");
  EXPECT_THAT(Collect(), HasError(ErrorKind::kUnsupported, "kernel 6.1 lacks what guests need:\n  CONFIG_"));
}

TEST(KernelCommandLineTest, NamesTheRootAndThenTheArguments) {
  Recipe recipe;
  recipe.image.kernel_arguments = "quiet";
  BootFiles boot;
  boot.arguments = "console=hvc0";
  Guid guid;
  guid.fill(0x11);
  Sha256Digest hash;
  hash.fill(0xab);
  EXPECT_EQ(KernelCommandLine(recipe, boot, guid, hash),
            "roothash=" + ToHex(ByteVector(32, 0xab)) + " quiet console=hvc0");
  EXPECT_EQ(KernelCommandLine(recipe, boot, guid, std::nullopt),
            "hallmark.verity=off root=PARTUUID=11111111-1111-1111-1111-111111111111 quiet console=hvc0");
  EXPECT_EQ(KernelCommandLine(Recipe(), BootFiles(), guid, hash), "roothash=" + ToHex(ByteVector(32, 0xab)));
}

TEST(EspTest, HoldsWhatFirmwareAndGrubLookFor) {
  BootFiles boot;
  boot.kernel = FileTree::RegularFile("kernel", 0600, {9});
  boot.grub = FileTree::RegularFile("grub", 0755, {9});
  boot.initramfs = {'i'};
  boot.grub_file = "BOOTAA64.EFI";
  boot.grub_cfg_directory = "EFI/debian";
  ASSERT_OK_AND_ASSIGN(const FileTree esp, MakeEsp(boot, "roothash=ab quiet", {5}));
  EXPECT_EQ(esp.ReadFile("/EFI/BOOT/BOOTAA64.EFI", 100).value(), "grub");
  EXPECT_EQ(esp.ReadFile("/vmlinuz", 100).value(), "kernel");
  EXPECT_EQ(esp.ReadFile("/initrd.img", 100).value(), "i");
  EXPECT_EQ(esp.ReadFile("/EFI/debian/grub.cfg", 1000).value(),
            "set timeout=0\nset default=0\nmenuentry \"Linux\" {\n  linux /vmlinuz roothash=ab quiet\n"
            "  initrd /initrd.img\n}\n");
  esp.Walk([&](const std::string& path, FileTree::Index index) {
    EXPECT_EQ(esp.inode(index).mtime, (Timestamp{5, 0})) << path;
  });
}

}  // namespace
}  // namespace hallmark
