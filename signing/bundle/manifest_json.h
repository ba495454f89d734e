// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"
#include "lib/json/json_value.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// The predicate of a bundle's statement.
JsonValue PredicateJson(const Manifest& manifest);

/// Reads a predicate. kCorrupt, naming the member. What holds between members is for BrokenRule() to say.
Result<Manifest> ReadPredicate(const Json& predicate);

}  // namespace hallmark
