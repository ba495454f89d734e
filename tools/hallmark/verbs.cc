// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tools/hallmark/verb.h"

namespace hallmark {

Result<int> RunBuild(const Arguments& arguments);
Result<int> RunDiff(const Arguments& arguments);
Result<int> RunDoctor(const Arguments& arguments);
Result<int> RunExport(const Arguments& arguments);
Result<int> RunFetch(const Arguments& arguments);
Result<int> RunImport(const Arguments& arguments);
Result<int> RunInspect(const Arguments& arguments);
Result<int> RunKernelConfig(const Arguments& arguments);
Result<int> RunKeygen(const Arguments& arguments);
Result<int> RunLock(const Arguments& arguments);
Result<int> RunMkfs(const Arguments& arguments);
Result<int> RunOrigin(const Arguments& arguments);
Result<int> RunPack(const Arguments& arguments);
Result<int> RunPolicy(const Arguments& arguments);
Result<int> RunRepair(const Arguments& arguments);
Result<int> RunRestore(const Arguments& arguments);
Result<int> RunSign(const Arguments& arguments);
Result<int> RunSmolBin(const Arguments& arguments);
Result<int> RunTrust(const Arguments& arguments);
Result<int> RunVerify(const Arguments& arguments);

std::span<const Verb> Verbs() {
  static constexpr auto kVerbs = std::to_array<Verb>({
      {"doctor", "tell what this machine lacks to build images", RunDoctor},
      {"lock", "resolve a recipe to exact versions", RunLock},
      {"fetch", "get what a lock names into the cache", RunFetch},
      {"build", "build a recipe's image", RunBuild},
      {"pack", "make a bundle of a raw image", RunPack},
      {"mkfs", "make one filesystem from a folder", RunMkfs},
      {"inspect", "tell what is in a disk image", RunInspect},
      {"diff", "tell in what two bundles or images differ", RunDiff},
      {"kernel-config", "check a kernel for what the guest needs of it", RunKernelConfig},
      {"keygen", "make a key to sign with", RunKeygen},
      {"trust", "say which keys may sign what", RunTrust},
      {"sign", "sign a bundle, or add a signature", RunSign},
      {"verify", "check a bundle against its signatures", RunVerify},
      {"restore", "make rootfs.img of a bundle from its compressed image", RunRestore},
      {"repair", "mend the bad chunks of rootfs.img in place", RunRepair},
      {"export", "write a signed bundle into one archive", RunExport},
      {"import", "make a bundle of such an archive, verified", RunImport},
      {"origin", "write or check .NAME.origin files", RunOrigin},
      {"smol-bin", "make, check and read a smol-bin image", RunSmolBin},
      {"policy", "check an egress policy; say what it allows", RunPolicy},
  });
  return kVerbs;
}

}  // namespace hallmark
