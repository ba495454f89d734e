// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cxxopts.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "signing/document/trust.h"
#include "signing/seal/pack.h"
#include "tools/cli/verb.h"

namespace hallmark {

/// Parses a verb's arguments. Adds --help, and prints it when asked: the result is empty then. kUsage, with the verb's
/// own help as the next step, on anything that the options do not say.
Result<std::optional<cxxopts::ParseResult>> ParseOptions(cxxopts::Options& options, const Arguments& arguments);

/// Adds -q and -v, as every verb with long work has them.
void AddVerbosityOptions(cxxopts::Options& options);
/// -q counts for more than -v.
Verbosity VerbosityFrom(const cxxopts::ParseResult& parsed);

/// Adds --level, --frame-size and --jobs, which all that compresses has.
void AddPackOptions(cxxopts::Options& options);
/// What --level and --frame-size say. kUsage if --frame-size is no size, or more than 64 MiB.
Result<PackOptions> PackOptionsFrom(const cxxopts::ParseResult& parsed);
/// Adds --jobs alone.
void AddJobsOption(cxxopts::Options& options);
/// Threads to use; 0: one a core.
size_t JobsFrom(const cxxopts::ParseResult& parsed);

/// What every verb that checks a bundle takes.
struct BundleOptions {
  std::string directory;
  Trust trust;
  uint64_t least_sequence = 0;
};
/// Adds BUNDLE, --trust, --least-sequence, --json, --jobs, -q and -v.
void AddBundleOptions(cxxopts::Options& options);
/// kUsage if BUNDLE or --trust is missing; kNotFound if there is no such directory or trust file; else as LoadTrust().
Result<BundleOptions> BundleOptionsFrom(const cxxopts::ParseResult& parsed);

/// $SOURCE_DATE_EPOCH, seconds since 1970; absent if it is not set. kUsage if it is no such number.
Result<std::optional<uint64_t>> SourceDateEpoch();

/// Prints what --json promises. Text in it that is no UTF-8, as file names may be, gets replacement characters.
template <typename Json>
void PutJson(const Json& json) {
  std::puts(json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

/// "10G", "512MiB", "4096": bytes, K to T as powers of 1024. kUsage names `option`.
Result<uint64_t> ParseSize(std::string_view text, std::string_view option);

}  // namespace hallmark
