// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/tools/hallmark/run_verb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/support/captured_output.h"
#include "tests/support/sample_bundle.h"
#include "tools/cli/program.h"

namespace hallmark::testing {

VerbRun RunHallmark(const std::vector<std::string>& arguments) {
  const cli::Program program = {.name = "hallmark", .summary = "", .version = "1.2.3", .verbs = cli::Verbs()};
  CapturedOutput captured;
  const Result<int> status = cli::RunVerb(program, arguments, captured.output());
  VerbRun run{.results = captured.results(), .messages = captured.messages()};
  if (status.ok()) {
    run.status = *status;
  } else {
    run.status = ExitStatus(status.error());
    run.error = status.error().message;
    run.hint = status.error().hint;
  }
  return run;
}

std::string RunWell(const std::vector<std::string>& arguments) {
  VerbRun run = RunHallmark(arguments);
  EXPECT_EQ(run.status, 0) << arguments.at(0) << ": " << run.error << "\n" << run.messages;
  return std::move(run.results);
}

void ExpectHelp(std::vector<std::string> words, std::string_view usage) {
  std::string line = "\n  hallmark";
  for (const std::string& word : words) line += " " + word;
  line.append(" ").append(usage).append("\n");
  words.emplace_back("--help");
  const VerbRun run = RunHallmark(words);
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_THAT(run.results, ::testing::HasSubstr(line));
  EXPECT_THAT(run.results, ::testing::ContainsRegex("-h, --help +Print this help\n"));
  EXPECT_EQ(run.messages, "");
}

void ExpectUsageError(const std::vector<std::string>& arguments, std::string_view message, std::string_view hint) {
  const VerbRun run = RunHallmark(arguments);
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.error, message);
  EXPECT_EQ(run.hint, hint);
  EXPECT_EQ(run.results, "");
  EXPECT_EQ(run.messages, "");
}

std::string Member(const std::string& json, const std::string& pointer) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  const nlohmann::json::json_pointer place(pointer);
  if (value.is_discarded() || !value.contains(place)) {
    ADD_FAILURE() << "no " << pointer << " in: " << json;
    return {};
  }
  return value[place].is_string() ? value[place].get<std::string>() : value[place].dump();
}

EmptyCache::EmptyCache() { setenv("HALLMARK_CACHE", dir_.path().c_str(), 1); }
EmptyCache::~EmptyCache() { unsetenv("HALLMARK_CACHE"); }

BundleFixture::BundleFixture() {
  WriteFile(Path("disk.img"), SampleImage());
  RunWell({"keygen", "-o", key(), "--no-passphrase"});
  RunWell({"trust", "init", "--bundle-key", key() + ".pub", "--smol-key", key() + ".pub", "--sign-with", key(), "-o",
           trust()});
  RunWell({"pack", "-q", Path("disk.img"), "-o", bundle(), "--frame-size", "64K", "--name", "sample"});
  RunWell({"sign", bundle(), "--key", key(), "--trust", trust(), "--sequence", "3"});
  RunWell({"restore", "-q", bundle(), "--trust", trust()});
}

void BundleFixture::Flip(std::string_view name, size_t offset) const {
  const std::string path = bundle() + "/" + std::string(name);
  std::string text = ReadFile(path);
  text.at(offset) = static_cast<char>(text.at(offset) ^ 1);
  WriteFile(path, text);
}

}  // namespace hallmark::testing
