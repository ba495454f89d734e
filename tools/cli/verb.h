// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

using Arguments = std::vector<std::string>;

/// One thing that `hallmark` does: `hallmark NAME ...`. Each verb is one file of this directory.
struct Verb {
  std::string_view name;
  std::string_view summary;  ///< one line, for `hallmark --help`
  /// `arguments` are those after the name. The value is the exit status of a run without error. Null: hallmark-heavy
  /// has the verb.
  Result<int> (*run)(const Arguments& arguments);
};

/// The exit status of a run without error whose verdict is no.
constexpr int kDoesNotHold = 3;

/// Every verb, in the order of `hallmark --help`.
std::span<const Verb> Verbs();

}  // namespace hallmark
