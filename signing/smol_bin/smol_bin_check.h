// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/crypto/digest.h"
#include "signing/document/finding.h"

// The single checks of a smol-bin's files, for directories and images alike.

namespace hallmark {

/// True for a name that every smol-bin has.
bool IsSmolBinFile(std::string_view name);
/// For any other name.
Finding UnexpectedFinding(std::string_view name);

/// A size, in bytes, other than signed.
std::optional<Finding> SizeFinding(std::string_view name, uint64_t size, uint64_t expected);
/// Bytes other than signed.
std::optional<Finding> DigestFinding(std::string_view name, const Sha256Digest& digest, const Sha256Digest& expected);
/// The text of srt-settings.json that can't be read.
std::optional<Finding> SettingsFinding(std::string_view text);

}  // namespace hallmark
