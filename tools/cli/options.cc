// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/options.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "lib/base/checked.h"

namespace hallmark {
namespace {

constexpr size_t kMostJobs = 1024;

}  // namespace

Result<std::optional<cxxopts::ParseResult>> ParseOptions(cxxopts::Options& options, const Arguments& arguments) {
  options.add_options()("h,help", "Print this help");
  options.positional_help("");  // custom_help names them
  std::vector<const char*> argv = {options.program().c_str()};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const std::string next_step = "'" + options.program() + " --help' tells the options";
  try {
    cxxopts::ParseResult parsed = options.parse(static_cast<int>(argv.size()), argv.data());
    if (parsed.count("help") != 0) {
      std::puts(options.help().c_str());
      return std::optional<cxxopts::ParseResult>();
    }
    if (parsed.count("jobs") != 0 && JobsFrom(parsed) > kMostJobs) {
      return UsageError("--jobs: at most " + std::to_string(kMostJobs)).WithHint(next_step);
    }
    if (!parsed.unmatched().empty()) {
      return UsageError("unexpected argument '" + parsed.unmatched().front() + "'").WithHint(next_step);
    }
    return std::optional(std::move(parsed));
  } catch (const cxxopts::exceptions::exception& exception) {
    return UsageError(exception.what()).WithHint(next_step);
  }
}

void AddVerbosityOptions(cxxopts::Options& options) {
  options.add_options()("q,quiet", "Print errors only")("v,verbose", "Print more of what is being done");
}

Verbosity VerbosityFrom(const cxxopts::ParseResult& parsed) {
  if (parsed.count("quiet") != 0) return Verbosity::kQuiet;
  return parsed.count("verbose") != 0 ? Verbosity::kVerbose : Verbosity::kNormal;
}

void AddPackOptions(cxxopts::Options& options) {
  options.add_options()("level", "Compression level of zstd, 1 to 19",
                        cxxopts::value<int>()->default_value(std::to_string(kDefaultZstdLevel)),
                        "N")("frame-size", "Bytes of the image in one frame: what is checked and mended at a time",
                             cxxopts::value<std::string>()->default_value("4M"), "N");
  AddJobsOption(options);
}

void AddJobsOption(cxxopts::Options& options) {
  options.add_options()("j,jobs", "Threads to use; 0: one a core", cxxopts::value<unsigned>()->default_value("0"), "N");
}

Result<PackOptions> PackOptionsFrom(const cxxopts::ParseResult& parsed) {
  PackOptions options{.level = parsed["level"].as<int>()};
  ASSIGN_OR_RETURN(const uint64_t size, ParseSize(parsed["frame-size"].as<std::string>(), "--frame-size"));
  if (size > kMostChunkSize) return UsageError("--frame-size: at most 64M");
  options.chunk_size = static_cast<uint32_t>(size);
  return options;
}

size_t JobsFrom(const cxxopts::ParseResult& parsed) { return parsed["jobs"].as<unsigned>(); }

void AddBundleOptions(cxxopts::Options& options) {
  options.add_options()("bundle", "The bundle's directory", cxxopts::value<std::string>(), "BUNDLE")(
      "trust", "The trust file to go by", cxxopts::value<std::string>(), "FILE")(
      "least-sequence", "The least sequence to take", cxxopts::value<uint64_t>()->default_value("0"), "N")(
      "json", "Print the result as JSON");
  AddJobsOption(options);
  AddVerbosityOptions(options);
  options.parse_positional({"bundle"});
}

Result<BundleOptions> BundleOptionsFrom(const cxxopts::ParseResult& parsed) {
  if (parsed.count("bundle") == 0) return UsageError("no bundle named");
  if (parsed.count("trust") == 0) {
    return UsageError("no trust file to go by: give --trust FILE")
        .WithHint("not the one that came with the bundle: that proves nothing");
  }
  const auto directory = parsed["bundle"].as<std::string>();
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) return NotFoundError(directory + ": no such directory");
  ASSIGN_OR_RETURN(Trust trust, LoadTrust(parsed["trust"].as<std::string>()));
  return BundleOptions{
      .directory = directory, .trust = std::move(trust), .least_sequence = parsed["least-sequence"].as<uint64_t>()};
}

Result<std::optional<uint64_t>> SourceDateEpoch() {
  const char* const text = std::getenv("SOURCE_DATE_EPOCH");
  if (text == nullptr) return std::optional<uint64_t>();
  const char* const last = text + std::string_view(text).size();
  uint64_t seconds = 0;
  const auto [end, failure] = std::from_chars(text, last, seconds);
  if (failure == std::errc() && end == last) return std::optional(seconds);
  return UsageError("SOURCE_DATE_EPOCH: '" + std::string(text) + "' is no number of seconds since 1970");
}

Result<uint64_t> ParseSize(std::string_view text, std::string_view option) {
  const Error error = UsageError(std::string(option) + ": '" + std::string(text) + "' is not a size like 10G or 4096");
  uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc()) return error;
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const std::string_view suffix : {"iB", "B"}) {
    if (unit.size() > suffix.size() - (suffix == "B" ? 1 : 0) && unit.ends_with(suffix)) {
      unit.remove_suffix(suffix.size());
      break;
    }
  }
  if (unit.empty()) return number;
  static constexpr std::string_view kUnits = "KMGT";
  const size_t power = kUnits.find(unit[0]);
  if (unit.size() != 1 || power == std::string_view::npos) return error;
  const size_t shift = 10 * (power + 1);
  if (number > UINT64_MAX >> shift) return error;
  return number << shift;
}

}  // namespace hallmark
