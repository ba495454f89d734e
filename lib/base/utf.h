// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// UTF-8 to UTF-16. kUsage if `text` is not UTF-8 as RFC 3629 has it: overlong forms and surrogates are refused.
Result<std::u16string> Utf8ToUtf16(std::string_view text);

/// UTF-16 to UTF-8. kCorrupt on a surrogate alone.
Result<std::string> Utf16ToUtf8(std::u16string_view text);

}  // namespace hallmark
