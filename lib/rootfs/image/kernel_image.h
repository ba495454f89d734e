// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// The version that a kernel image names, "6.1.0-28-arm64": of a bzImage (x86), or of an arm64 Image, compressed or
/// not. kUnsupported if it names none.
Result<std::string> KernelImageVersion(ByteSpan kernel);

}  // namespace hallmark
