// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunKeygen(const Arguments& arguments);
Result<int> RunMkfs(const Arguments& arguments);
Result<int> RunOrigin(const Arguments& arguments);
Result<int> RunPack(const Arguments& arguments);
Result<int> RunPolicy(const Arguments& arguments);
Result<int> RunRestore(const Arguments& arguments);
Result<int> RunSign(const Arguments& arguments);
Result<int> RunSmolBin(const Arguments& arguments);
Result<int> RunTrust(const Arguments& arguments);
Result<int> RunVerify(const Arguments& arguments);

namespace {
constexpr decltype(Verb::run) kInHeavy = nullptr;
}

std::span<const Verb> Verbs() {
  static constexpr auto kVerbs = std::to_array<Verb>({
      {"doctor", "tell what this machine lacks to build images", kInHeavy},
      {"lock", "resolve a recipe to exact versions", kInHeavy},
      {"fetch", "get what a lock names into the cache", kInHeavy},
      {"build", "build a recipe's image", kInHeavy},
      {"pack", "make a bundle of a raw image", RunPack},
      {"mkfs", "make one filesystem from a directory", RunMkfs},
      {"inspect", "tell what is in a disk image", kInHeavy},
      {"diff", "tell in what two bundles or images differ", kInHeavy},
      {"kernel-config", "check a kernel for what the guest needs of it", kInHeavy},
      {"keygen", "make a key to sign with", RunKeygen},
      {"trust", "say which keys may sign what", RunTrust},
      {"sign", "sign a bundle, or add a signature", RunSign},
      {"verify", "check a bundle against its signatures", RunVerify},
      {"restore", "make rootfs.img of a bundle from its compressed image", RunRestore},
      {"repair", "mend the bad chunks of rootfs.img in place", kInHeavy},
      {"export", "write a signed bundle into one archive", kInHeavy},
      {"import", "make a bundle of such an archive, verified", kInHeavy},
      {"origin", "write or check .NAME.origin files", RunOrigin},
      {"smol-bin", "make, check and read a smol-bin image", RunSmolBin},
      {"policy", "check an egress policy; say what it allows", RunPolicy},
  });
  return kVerbs;
}

}  // namespace hallmark
