// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "signing/bundle/manifest.h"

namespace hallmark {

constexpr size_t kMaxPartitions = 128;
constexpr size_t kMaxVeritySalt = 256;  ///< bytes

/// What holds between the members of a manifest, and of each alone: the text for the first rule that is broken, or
/// empty.
std::string BrokenRule(const Manifest& manifest);

}  // namespace hallmark
