// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "signing/bundle/manifest.h"

// What the guest is told of its release on the kernel command line. The least sequences are sealed in the image with
// the rest of the line; the release's own sequence is known at signing only, so whoever boots the kernel directly adds
// it from the manifest that it verified.

namespace hallmark {

inline constexpr std::string_view kSequenceParameter = "hallmark.sequence";
inline constexpr std::string_view kSmolBinLeastParameter = "hallmark.smol_bin_least_sequence";
inline constexpr std::string_view kPolicyLeastParameter = "hallmark.policy_least_sequence";

/// "hallmark.smol_bin_least_sequence=2 hallmark.policy_least_sequence=1"; empty if the manifest asks for neither.
std::string LeastSequenceParameters(const Manifest& manifest);

/// The command line for `manifest`'s kernel and initramfs, booted without firmware; empty if the manifest has none.
std::string DirectBootCommandLine(const Manifest& manifest);

}  // namespace hallmark
