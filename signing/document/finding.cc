// SPDX-License-Identifier: Apache-2.0
#include "signing/document/finding.h"

#include <array>

namespace hallmark {

std::string_view VerdictName(Verdict verdict) {
  // In the order of Verdict.
  static constexpr std::array<std::string_view, 24> kNames = {"good",
                                                              "untrusted",
                                                              "malformed",
                                                              "rolled-back",
                                                              "missing",
                                                              "not-a-file",
                                                              "truncated",
                                                              "extended",
                                                              "digest",
                                                              "unreleased",
                                                              "compressed",
                                                              "wrong-release",
                                                              "table",
                                                              "partition",
                                                              "chunk",
                                                              "origin",
                                                              "origin-stamp",
                                                              "sums",
                                                              "filesystem",
                                                              "unexpected",
                                                              "policy",
                                                              "wrong-architecture",
                                                              "policy-rolled-back",
                                                              "rootfs-too-old"};
  static_assert(kNames.size() == static_cast<size_t>(Verdict::kRootfsTooOld) + 1);
  return kNames[static_cast<size_t>(verdict)];
}

Verdict SizeVerdict(uint64_t size, uint64_t expected) {
  if (size == expected) return Verdict::kGood;
  return size < expected ? Verdict::kTruncated : Verdict::kExtended;
}

std::string FindingText(const Finding& finding) {
  return std::string(VerdictName(finding.verdict)) + ": " + finding.where + ": " + finding.message;
}

}  // namespace hallmark
