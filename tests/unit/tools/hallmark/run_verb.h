// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "tests/support/temp_dir.h"

namespace hallmark::testing {

/// How a verb ended, and what it wrote.
struct VerbRun {
  int status = 0;        ///< the exit status that the program would end with
  std::string error;     ///< what the program would print of the error; empty if there is none
  std::string hint;      ///< the next step
  std::string results;   ///< standard output
  std::string messages;  ///< standard error, without the error
};

/// Runs `hallmark ARGUMENT...` in this process.
VerbRun RunHallmark(const std::vector<std::string>& arguments);
/// The same, and fails the test unless that ends with exit status 0. The value is what it wrote to standard output.
std::string RunWell(const std::vector<std::string>& arguments);

/// Expects `hallmark WORD... --help` to print `usage` in its usage line, the option --help, and nothing else anywhere.
void ExpectHelp(std::vector<std::string> words, std::string_view usage);
/// Expects a usage error with this message and hint, and nothing written.
void ExpectUsageError(const std::vector<std::string>& arguments, std::string_view message, std::string_view hint);

/// The member of a JSON text that `pointer` (RFC 6901) names: a text as it is, anything else as JSON. Fails the test if
/// the text is not JSON or has no such member.
std::string Member(const std::string& json, const std::string& pointer);

/// A cache that holds nothing, for as long as this object lives: HALLMARK_CACHE names it.
class EmptyCache {
 public:
  EmptyCache();
  EmptyCache(const EmptyCache&) = delete;
  EmptyCache& operator=(const EmptyCache&) = delete;
  ~EmptyCache();

 private:
  TempDir dir_;
};

/// A signed bundle of a disk of 1 MiB, made by the verbs themselves, with key and trust file beside it.
class BundleFixture {
 public:
  BundleFixture();

  [[nodiscard]] std::string Path(std::string_view name) const { return (dir_ / name).string(); }
  [[nodiscard]] std::string bundle() const { return Path("bundle"); }
  [[nodiscard]] std::string trust() const { return Path("trust.json"); }
  [[nodiscard]] std::string key() const { return Path("release.key"); }
  /// Changes a byte of a file of the bundle.
  void Flip(std::string_view name, size_t offset) const;

 private:
  TempDir dir_;
};

}  // namespace hallmark::testing
