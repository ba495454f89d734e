// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace hallmark {

// The files of every signed directory.
inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kEnvelopeName = "manifest.dsse.json";
inline constexpr std::string_view kMinisigName = "manifest.json.minisig";
inline constexpr std::string_view kTrustName = "trust.json";

}  // namespace hallmark
