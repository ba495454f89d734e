// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/file_tree.h"
#include "signing/smol_bin/smol_bin_manifest.h"

// What the exFAT filesystem of a smol-bin image is, beside its files: hallmark-smol-bin(5).

namespace hallmark {

constexpr std::string_view kSmolBinLabel = "SMOL-BIN";
constexpr uint64_t kMaxSmolBinImage = uint64_t{2} << 30;  ///< bytes

/// The volume's serial number, which comes from what the image is for: releases differ in what changed alone.
uint32_t SmolBinSerial(std::string_view architecture);

/// The time of every file: the release's, or 1980-01-01, where exFAT's times begin.
Timestamp SmolBinTime(const SmolBinManifest& manifest);

}  // namespace hallmark
