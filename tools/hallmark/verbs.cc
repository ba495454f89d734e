// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tools/hallmark/verb.h"

namespace hallmark {

Result<int> RunKeygen(const Arguments& arguments);
Result<int> RunMkfs(const Arguments& arguments);
Result<int> RunSign(const Arguments& arguments);
Result<int> RunTrust(const Arguments& arguments);

std::span<const Verb> Verbs() {
  static constexpr auto kVerbs = std::to_array<Verb>({
      {"mkfs", "make one filesystem from a folder", RunMkfs},
      {"keygen", "make a key to sign with", RunKeygen},
      {"trust", "say which keys may sign what", RunTrust},
      {"sign", "sign a bundle, or add a signature", RunSign},
  });
  return kVerbs;
}

}  // namespace hallmark
