// SPDX-License-Identifier: Apache-2.0
#include "tests/support/data_directory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "tests/support/temp_dir.h"

namespace hallmark::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMessageExtension = ".message";
constexpr std::string_view kOpenEnd = "...\n";

/// The inputs in a directory (or, for `messages`, the expected messages), sorted.
std::set<fs::path> Entries(const fs::path& directory, bool messages) {
  std::set<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if ((entry.path().extension() == kMessageExtension) == messages) entries.insert(entry.path());
  }
  return entries;
}

fs::path MessageFile(fs::path input) { return input.replace_extension(kMessageExtension); }

void ReplaceAll(std::string& text, const std::string& part, std::string_view other) {
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + other.size())) {
    text.replace(at, part.size(), other);
  }
}

std::string Describe(const Error& error, const fs::path& directory) {
  std::string text = std::string(ErrorKindName(error.kind)) + ": " + error.message + "\n";
  if (!error.hint.empty()) text += "next: " + error.hint + "\n";
  ReplaceAll(text, directory.string() + "/", "");
  ReplaceAll(text, directory.parent_path().string() + "/", "../");
  return text;
}

void CheckMessage(const std::string& text, const std::string& expected) {
  if (expected.ends_with(kOpenEnd)) {
    const std::string beginning = expected.substr(0, expected.size() - kOpenEnd.size());
    EXPECT_EQ(text.substr(0, beginning.size()), beginning) << "the whole message is: " << text;
  } else {
    EXPECT_EQ(text, expected);
  }
}

}  // namespace

fs::path DataDirectory(std::string_view format) { return fs::path(HALLMARK_TEST_DATA) / format; }

void CheckDataDirectory(std::string_view format, const ParseInput& parse) {
  const fs::path good = DataDirectory(format) / "good";
  const fs::path bad = DataDirectory(format) / "bad";
  EXPECT_FALSE(Entries(good, false).empty()) << good;
  EXPECT_FALSE(Entries(bad, false).empty()) << bad;
  for (const fs::path& input : Entries(good, false)) {
    const Result<void> result = parse(input);
    EXPECT_TRUE(result.ok()) << input << ": " << (result.ok() ? "" : result.error().message);
  }
  const bool update = std::getenv("HALLMARK_UPDATE_MESSAGES") != nullptr;
  std::set<fs::path> messages = Entries(bad, true);
  for (const fs::path& input : Entries(bad, false)) {
    SCOPED_TRACE(input);
    const fs::path message = MessageFile(input);
    const Result<void> result = parse(input);
    if (result.ok()) {
      ADD_FAILURE() << "was accepted";
      continue;
    }
    const std::string text = Describe(result.error(), bad);
    const bool open_end = messages.contains(message) && ReadFile(message).ends_with(kOpenEnd);
    if (update && !open_end) {
      WriteFile(message, text);
    } else if (messages.erase(message) == 0) {
      ADD_FAILURE() << message << " is missing; the parser says: " << text;
    } else {
      CheckMessage(text, ReadFile(message));
    }
  }
  if (update) GTEST_SKIP() << "wrote the messages of " << bad;
  for (const fs::path& message : messages) ADD_FAILURE() << message << " has no input beside it";
}

}  // namespace hallmark::testing
