// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/boot_files.h"

#include <sys/stat.h>

#include "lib/archive/cpio.h"
#include "lib/base/file.h"
#include "lib/base/text.h"
#include "lib/rootfs/image/guest_files.h"
#include "lib/rootfs/image/initramfs.h"
#include "lib/rootfs/image/kernel_check.h"
#include "lib/rootfs/image/kernel_modules.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxInitramfsSize = uint64_t{1} << 30;
constexpr uint64_t kMaxReleaseSize = 16 << 20;

/// GRUB's names for one architecture.
struct GrubNames {
  std::string_view architecture;  ///< Debian's
  std::string_view image;         ///< path in the tree
  std::string_view file;          ///< UEFI specification 2.10, 3.5.1.1
};
constexpr GrubNames kGrubNames[] = {
    {"arm64", "/usr/lib/grub/arm64-efi/monolithic/grubaa64.efi", "BOOTAA64.EFI"},
    {"amd64", "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi", "BOOTX64.EFI"},
};

/// ID of /etc/os-release (os-release(5)): the monolithic GRUB image was built to look into EFI/ID.
Result<std::string> DistributionId(const FileTree& rootfs) {
  constexpr std::string_view kKey = "ID=";
  for (const char* path : {"/usr/lib/os-release", "/etc/os-release"}) {
    const auto index = rootfs.Find(path);
    if (!index.ok() || !S_ISREG(rootfs.inode(*index).mode)) continue;
    ASSIGN_OR_RETURN(const std::string text, rootfs.ReadFile(path, kMaxReleaseSize));
    for (std::string_view rest = text; const auto line = TakeLine(rest);) {
      if (!line->starts_with(kKey)) continue;
      std::string id(line->substr(kKey.size()));
      std::erase(id, '"');
      return id;
    }
  }
  return NotFoundError("the tree has no os-release file with an ID").WithHint("the package base-files has it");
}

std::string GrubConfiguration(const std::string& command_line) {
  return "set timeout=0\n"
         "set default=0\n"
         "menuentry \"Linux\" {\n"
         "  linux /vmlinuz " +
         command_line +
         "\n"
         "  initrd /initrd.img\n"
         "}\n";
}

/// Refuses a kernel that boots on one host and hangs on another.
Result<void> RefuseUnfitKernel(const FileTree& rootfs, const BootFiles& boot) {
  ASSIGN_OR_RETURN(const FileTree initramfs, ReadCpio(boot.initramfs, kMaxInitramfsSize));
  ASSIGN_OR_RETURN(const KernelReport report, CheckKernel(rootfs, initramfs));
  if (report.ok()) return {};
  std::string text = "kernel " + report.version + " lacks what guests need:";
  for (const KernelProblem& problem : report.problems) {
    if (!problem.requirement.optional) text += "\n  " + Describe(problem);
  }
  return UnsupportedError(text).WithHint("choose another kernel package in [apt]");
}

}  // namespace

Result<BootFiles> CollectBootFiles(const Recipe& recipe, const FileTree& rootfs, Timestamp mtime) {
  BootFiles boot;
  ASSIGN_OR_RETURN(boot.kernel_version, KernelVersion(rootfs));
  ASSIGN_OR_RETURN(const FileTree::Index kernel, rootfs.Find("/boot/vmlinuz-" + boot.kernel_version));
  boot.kernel = rootfs.inode(kernel);
  for (const GrubNames& names : kGrubNames) {
    if (names.architecture != recipe.architecture) continue;
    const auto grub = rootfs.Find(names.image);
    if (!grub.ok()) {
      return NotFoundError("the tree has no " + std::string(names.image) + ", which boots it")
          .WithHint("add the package grub-efi-" + recipe.architecture + "-bin to the recipe");
    }
    boot.grub = rootfs.inode(*grub);
    boot.grub_file = names.file;
  }
  ASSIGN_OR_RETURN(const std::string id, DistributionId(rootfs));
  boot.grub_cfg_directory = "EFI/" + id;
  ASSIGN_OR_RETURN(const auto init, GuestProgram(recipe.architecture, "init"));
  ASSIGN_OR_RETURN(boot.initramfs, MakeInitramfs(rootfs, {.init = init,
                                                          .architecture = recipe.architecture,
                                                          .kernel_version = boot.kernel_version,
                                                          .mtime = mtime}));
  RETURN_IF_ERROR(RefuseUnfitKernel(rootfs, boot));
  return boot;
}

std::string KernelCommandLine(const Recipe& recipe, const BootFiles& boot, const Guid& root_guid,
                              const std::optional<Sha256Digest>& root_hash) {
  // hallmark-init finds both partitions by the halves of the root hash.
  std::string line =
      root_hash ? "roothash=" + ToHex(*root_hash) : "hallmark.verity=off root=PARTUUID=" + FormatGuid(root_guid);
  for (const std::string* more : {&recipe.image.kernel_arguments, &boot.arguments}) {
    if (!more->empty()) line += " " + *more;
  }
  return line;
}

Result<FileTree> MakeEsp(const BootFiles& boot, const std::string& command_line, Timestamp mtime) {
  constexpr mode_t kMode = 0644;
  FileTree esp;
  esp.inode(FileTree::kRoot).mtime = mtime;
  const auto put = [&](const std::string& path, FileTree::Inode inode) -> Result<void> {
    inode.mtime = mtime;
    inode.xattrs.clear();
    return esp.Put(path, std::move(inode)).ok() ? Result<void>() : InternalError("placing " + path + " on the ESP");
  };
  RETURN_IF_ERROR(put("/EFI/BOOT/" + boot.grub_file, boot.grub));
  RETURN_IF_ERROR(put("/" + boot.grub_cfg_directory + "/grub.cfg",
                      FileTree::RegularFile(GrubConfiguration(command_line), kMode, mtime)));
  RETURN_IF_ERROR(put("/vmlinuz", boot.kernel));
  RETURN_IF_ERROR(put("/initrd.img", FileTree::RegularFile(std::string(AsText(boot.initramfs)), kMode, mtime)));
  esp.Compact();
  return esp;
}

}  // namespace hallmark
