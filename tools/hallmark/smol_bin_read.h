// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/cli/verb.h"

namespace hallmark {

// The subverbs of `hallmark smol-bin` that read an image.

Result<int> RunSmolBinVerify(const Arguments& arguments);
Result<int> RunSmolBinList(const Arguments& arguments);
Result<int> RunSmolBinExtract(const Arguments& arguments);
Result<int> RunSmolBinDump(const Arguments& arguments);

}  // namespace hallmark
