// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "lib/archive/filter.h"
#include "lib/base/file_tree.h"
#include "lib/rootfs/image/kernel_config.h"

namespace hallmark::testing {

inline constexpr const char* kSampleModules = "/usr/lib/modules/6.1/";
inline const std::set<std::string> kSampleModuleNames = {"dm_mod", "dm_verity", "overlay", "nvme"};

inline void PutSampleFile(FileTree& tree, const std::string& path, const std::string& content) {
  ASSERT_TRUE(tree.Put(path, FileTree::RegularFile(content, 0644, {1})).ok());
}

/// A kernel with most built in, dm-verity behind two others, and one module compressed.
inline FileTree SampleKernel() {
  FileTree tree;
  const std::string directory = kSampleModules;
  PutSampleFile(tree, "/boot/vmlinuz-6.1", "");
  PutSampleFile(tree, directory + "modules.dep",
                "kernel/dm-verity.ko.gz: kernel/dm-bufio.ko kernel/dm-mod.ko\nkernel/dm-bufio.ko: kernel/dm-mod.ko\n"
                "kernel/dm-mod.ko:\nkernel/overlay.ko:\nkernel/nvme.ko:\nkernel/sound.ko:\n");
  std::string builtin;
  const std::vector<KernelRequirement> requirements = KernelRequirements("arm64").value();
  for (const KernelRequirement& requirement : requirements) {
    if (requirement.in_initramfs && !requirement.optional && !kSampleModuleNames.contains(requirement.module)) {
      builtin += "kernel/" + requirement.module + ".ko\n";
    }
  }
  PutSampleFile(tree, directory + "modules.builtin", builtin);
  for (const char* name : {"dm-bufio", "dm-mod", "overlay", "nvme", "sound"}) {
    PutSampleFile(tree, directory + "kernel/" + name + ".ko",
                  std::string("\x7f"
                              "ELF ") +
                      name);
  }
  PutSampleFile(tree, directory + "kernel/dm-verity.ko.gz",
                std::string(AsText(*Compress(AsBytes("\x7f"
                                                     "ELF dm-verity"),
                                             Filter::kGzip))));
  return tree;
}

}  // namespace hallmark::testing
