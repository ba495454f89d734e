// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/file_tree.h"
#include "signing/smol_bin/smol_bin_manifest.h"

// The properties of a smol-bin image's exFAT filesystem beside its files: hallmark-smol-bin(5).

namespace hallmark {

constexpr std::string_view kSmolBinLabel = "SMOL-BIN";
constexpr uint64_t kMaxSmolBinImage = uint64_t{2} << 30;  ///< bytes

/// The volume's serial number. It depends only on the architecture, so that releases differ only in what has changed.
uint32_t SmolBinSerial(std::string_view architecture);

/// The time of all files: the release's, but not before 1980-01-01, where exFAT's times begin.
Timestamp SmolBinTime(const SmolBinManifest& manifest);

}  // namespace hallmark
