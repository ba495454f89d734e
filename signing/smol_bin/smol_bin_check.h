// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "signing/smol_bin/smol_bin.h"

// The single checks of a smol-bin, for directories and images alike.

namespace hallmark {

/// Signatures, then requirements: into `report`, the manifest and what does not hold.
void CheckSmolBinHead(std::string manifest_text, std::string_view envelope_text, const Trust& trust,
                      const SmolBinRequirements& requirements, SmolBinReport& report);

/// True for a name that every smol-bin has.
bool IsSmolBinFile(std::string_view name);
SmolBinFinding UnexpectedFinding(std::string_view name);

/// A size other than signed.
std::optional<SmolBinFinding> SizeFinding(std::string_view name, uint64_t size, uint64_t expected);
/// Bytes other than signed.
std::optional<SmolBinFinding> DigestFinding(std::string_view name, const Sha256Digest& digest,
                                            const Sha256Digest& expected);
/// Settings that can't be read.
std::optional<SmolBinFinding> SettingsFinding(std::string_view text);

}  // namespace hallmark
