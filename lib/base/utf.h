// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// Converts UTF-8 to UTF-16. kUsage if `text` is not UTF-8 as RFC 3629 defines it: overlong forms and surrogates are
/// refused.
Result<std::u16string> Utf8ToUtf16(std::string_view text);

/// Converts UTF-16 to UTF-8. kCorrupt on half of a surrogate pair.
Result<std::string> Utf16ToUtf8(std::u16string_view text);

/// Converts UTF-16 to UTF-8 and replaces each lone half of a surrogate pair with `replacement`.
std::string Utf16ToUtf8Replacing(std::u16string_view text, std::string_view replacement);

}  // namespace hallmark
