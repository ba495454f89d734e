// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "signing/bundle/manifest.h"

namespace hallmark {

constexpr size_t kMaxPartitions = 128;
constexpr size_t kMaxVeritySalt = 256;  ///< bytes

/// Checks the rules for each member of a manifest and between members. Returns text about the first broken rule, or an
/// empty text.
std::string BrokenRule(const Manifest& manifest);

}  // namespace hallmark
