// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"

namespace hallmark {

// Parses the strings of a recipe. An error is kUsage and says which form is expected; the caller adds the place in the
// recipe.

/// "4GiB" or "512MiB" as bytes, at least 1 MiB and at most 16 TiB.
Result<uint64_t> ParseSize(const std::string& text);
/// "70%" as 0.7; from 1 % to 100 %.
Result<double> ParseShare(const std::string& text);
/// Permissions in octal, "0755", with set-id and sticky bits.
Result<mode_t> ParseMode(const std::string& text);
/// "user:group", or "user" for both. Each is a name or a number.
Result<Recipe::Owner> ParseOwner(const std::string& text);
/// A type of [[node]]: "directory", "character", "block", "fifo" or "link".
Result<Recipe::Node::Type> ParseNodeType(const std::string& text);

/// A key fingerprint (see CheckFingerprint) without its spaces, in upper case.
std::string PlainFingerprint(std::string text);

/// A check as in checks.h, for a field of passwd(5): printable text on one line, without ":".
std::string CheckPasswdField(const std::string& text);

}  // namespace hallmark
