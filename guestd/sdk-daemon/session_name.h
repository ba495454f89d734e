// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark::guest {

/// A session's name is a directory's name, a user's name and a control group's name: three words of a to z, joined by
/// hyphens, at most 31 bytes. kUsage with the reason otherwise.
Result<void> CheckSessionName(std::string_view name);

/// A new name, adjective-adjective-surname; `random(n)` gives a number below n.
std::string MakeSessionName(const std::function<uint32_t(uint32_t)>& random);

}  // namespace hallmark::guest
