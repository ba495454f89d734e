// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Kernel parameters that tell the guest about its release, each with a decimal number. The lowest sequences are in the
// image, like the rest of the command line. The release's own sequence is known only once it is signed, so whoever
// boots the kernel directly adds it from the manifest that it verified.

namespace hallmark {

inline constexpr std::string_view kSequenceParameter = "hallmark.sequence";
inline constexpr std::string_view kSmolBinLeastParameter = "hallmark.smol_bin_least_sequence";
inline constexpr std::string_view kPolicyLeastParameter = "hallmark.policy_least_sequence";

}  // namespace hallmark
