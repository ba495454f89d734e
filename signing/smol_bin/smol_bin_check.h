// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/crypto/digest.h"
#include "signing/document/finding.h"

// Single checks of a smol-bin's files, for directories and images.

namespace hallmark {

/// True for the name of a file that every smol-bin has.
bool IsSmolBinFile(std::string_view name);
/// The finding for a file with any other name.
Finding UnexpectedFinding(std::string_view name);

/// A finding if the size in bytes differs from the signed one.
std::optional<Finding> SizeFinding(std::string_view name, uint64_t size, uint64_t expected);
/// A finding if the digest differs from the signed one.
std::optional<Finding> DigestFinding(std::string_view name, const Sha256Digest& digest, const Sha256Digest& expected);
/// A finding if the text of srt-settings.json can't be read.
std::optional<Finding> SettingsFinding(std::string_view text);

}  // namespace hallmark
