// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Opens a file of a bundle for reading. kNotFound if it is not there; kUnsupported if it is a link, a directory, a
/// device or a FIFO: what leads out of the bundle, or could block or change, is not looked at.
Result<File> OpenBundleFile(const std::filesystem::path& bundle, std::string_view name);

/// A whole small file of a bundle. Also kCorrupt if it is larger than `limit` bytes.
Result<std::string> ReadBundleFile(const std::filesystem::path& bundle, std::string_view name, uint64_t limit);

/// True for what begins as zstd, gzip or xz do.
bool LooksCompressed(const File& file);

}  // namespace hallmark
