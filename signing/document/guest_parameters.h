// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// What the guest is told of its release on the kernel command line, each with a decimal number. The least sequences are
// sealed in the image with the rest of the line; the release's own sequence is known at signing only, so whoever boots
// the kernel directly adds it from the manifest that it verified.

namespace hallmark {

inline constexpr std::string_view kSequenceParameter = "hallmark.sequence";
inline constexpr std::string_view kSmolBinLeastParameter = "hallmark.smol_bin_least_sequence";
inline constexpr std::string_view kPolicyLeastParameter = "hallmark.policy_least_sequence";

}  // namespace hallmark
