// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "signing/document/trust.h"
#include "tools/cli/options.h"

namespace hallmark::cli {

/// The options of every verb that checks a bundle.
struct BundleOptions {
  std::string directory;
  Trust trust;
  uint64_t least_sequence = 0;
};

/// Adds BUNDLE, --trust, --least-sequence, --json, --jobs, -q and -v.
void AddBundleOptions(Options& options);
/// The options as given. kUsage if --trust is missing; kNotFound if there is no such directory or trust file; otherwise
/// the errors of LoadTrust().
Result<BundleOptions> BundleOptionsFrom(const Parsed& parsed);

}  // namespace hallmark::cli
