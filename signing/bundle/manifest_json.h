// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"
#include "lib/json/json_value.h"
#include "signing/bundle/manifest.h"

namespace hallmark {

/// The predicate of a bundle's in-toto statement.
JsonValue PredicateJson(const Manifest& manifest);

/// Parses a predicate. kCorrupt names the member. BrokenRule() checks the rules between members.
Result<Manifest> ReadPredicate(const Json& predicate);

}  // namespace hallmark
