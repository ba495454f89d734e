// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lib/base/progress.h"
#include "lib/base/result.h"

namespace hallmark {

/// One file to fetch. Sources are tried in order until one gives the right bytes.
struct Download {
  std::string name;               ///< for a person
  std::vector<std::string> urls;  ///< http, https, file; "copy:" is as "file:"
  std::filesystem::path partial;  ///< the file grows here; what an earlier run left is continued
  uint64_t size = 0;              ///< bytes; 0: unknown
  /// Checks the whole file at `partial` and moves it to its place. After kVerification the next source is tried.
  std::function<Result<void>()> accept;
};

/// Fetches all of them, several at a time. The error names the first file that no source could give, with each source
/// and its reason.
Result<void> DownloadAll(std::vector<Download> downloads, Progress& progress);

/// Fetches a small document, at most 64 MiB. kNotFound for HTTP 404, kIo for other failures; the message names the URL.
Result<std::string> FetchText(const std::string& url);

}  // namespace hallmark
