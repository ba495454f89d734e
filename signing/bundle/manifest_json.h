// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lib/base/result.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// The predicate of a bundle's statement.
nlohmann::ordered_json PredicateJson(const Manifest& manifest);

/// Reads a predicate. kCorrupt, naming the member. What holds between members is for BrokenRule() to say.
Result<Manifest> ReadPredicate(const nlohmann::ordered_json& predicate);

}  // namespace hallmark
