// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "signing/bundle/manifest.h"

// The kernel command line of a bundle's guest. The parameters of its own are in signing/document/guest_parameters.h.

namespace hallmark {

/// "hallmark.smol_bin_least_sequence=2 hallmark.policy_least_sequence=1"; empty if the manifest asks for neither.
std::string LeastSequenceParameters(const Manifest& manifest);

/// The command line for `manifest`'s kernel and initramfs, booted without firmware; empty if the manifest has none.
std::string DirectBootCommandLine(const Manifest& manifest);

}  // namespace hallmark
