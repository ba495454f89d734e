// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/kernel_parameters.h"

#include <string_view>

#include "signing/document/guest_parameters.h"

namespace hallmark {
namespace {

std::string Parameter(std::string_view name, uint64_t value) { return std::string(name) + "=" + std::to_string(value); }

}  // namespace

std::string LeastSequenceParameters(const Manifest& manifest) {
  if (manifest.smol_bin_least_sequence == 0 && manifest.policy_least_sequence == 0) return {};
  return Parameter(kSmolBinLeastParameter, manifest.smol_bin_least_sequence) + " " +
         Parameter(kPolicyLeastParameter, manifest.policy_least_sequence);
}

std::string DirectBootCommandLine(const Manifest& manifest) {
  if (manifest.command_line.empty()) return {};
  return manifest.command_line + " " + Parameter(kSequenceParameter, manifest.sequence);
}

}  // namespace hallmark
