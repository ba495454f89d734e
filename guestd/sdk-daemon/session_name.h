// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark::guest {

/// A session's name is also the name of a directory, a user and a control group: three words of a to z, joined by
/// hyphens, at most 31 bytes. kUsage, with the reason, for any other.
Result<void> CheckSessionName(std::string_view name);

/// A new name: adjective-adjective-surname. `random(n)` gives a number below n.
std::string MakeSessionName(const std::function<uint32_t(uint32_t)>& random);

}  // namespace hallmark::guest
