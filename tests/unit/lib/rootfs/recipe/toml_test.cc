// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/toml.h"

#include "lib/base/file.h"
#include "tests/support/data_directory.h"
#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

/// One field for each way to take a value.
struct Sample {
  std::string text;
  std::vector<std::string> words;
  bool flag = false;
  uint64_t count = 0;
  int size = 0;
  std::vector<std::string> parts;
};

std::string CheckOneWord(const std::string& text) {
  return text.find(' ') == std::string::npos ? "" : "is not one word";
}

Result<Sample> ParseSample(std::string_view text, const std::filesystem::path& file) {
  const TomlDocument document{file};
  const TomlTaker taker(document);
  Sample sample;
  const auto convert = [&sample](const std::string& number) -> Result<void> {
    if (number != "4") return std::move(UsageError("'" + number + "' is not 4")).WithHint("write 4");
    sample.size = 4;
    return {};
  };
  const auto take_part = [&](const TomlValue& part) -> Result<void> {
    std::string name;
    RETURN_IF_ERROR(ReadTomlTable(document, part, "[[part]]", {{"text", taker.String(&name), true}}));
    sample.parts.push_back(name);
    return {};
  };
  ASSIGN_OR_RETURN(const TomlValue top, ParseToml(text, document));
  RETURN_IF_ERROR(ReadTomlTable(document, top, "the sample",
                                {{"text", taker.String(&sample.text, CheckOneWord), true},
                                 {"words", taker.Strings(&sample.words, CheckOneWord)},
                                 {"flag", taker.Boolean(&sample.flag)},
                                 {"count", taker.Integer(&sample.count, 1, 9)},
                                 {"size", taker.Converted(convert)},
                                 {"part", taker.Tables(take_part)}}));
  return sample;
}

TEST(TomlTest, GivesEveryMessage) {
  testing::CheckDataDirectory("toml", [](const std::filesystem::path& input) -> Result<void> {
    ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(input));
    RETURN_IF_ERROR(ParseSample(text, input));
    return {};
  });
}

TEST(TomlTest, TakesEveryType) {
  const std::filesystem::path file = testing::DataDirectory("toml") / "good/every-type.toml";
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadSmallFile(file));
  ASSERT_OK_AND_ASSIGN(const Sample sample, ParseSample(text, file));
  EXPECT_EQ(sample.text, "plain");
  EXPECT_EQ(sample.words, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(sample.flag);
  EXPECT_EQ(sample.count, 9U);
  EXPECT_EQ(sample.size, 4);
  EXPECT_EQ(sample.parts, (std::vector<std::string>{"first", "second"}));
}

TEST(TomlTest, RefusesWhatIsTooLarge) {
  const std::string text((16 << 20) + 1, '\n');
  EXPECT_THAT(ParseToml(text, {"large.toml"}), HasError(ErrorKind::kUsage, "large.toml:1:1: larger than 16 MiB"));
  EXPECT_OK(ParseToml(std::string_view(text).substr(1), {"large.toml"}));
}

TEST(TomlTest, GivesErrorsTheKindOfTheirDocument) {
  EXPECT_THAT(ParseToml("a", {"x", ErrorKind::kCorrupt}), HasError(ErrorKind::kCorrupt, "x:1:"));
}

TEST(TomlTest, KnowsThePlaceOfEveryValue) {
  ASSERT_OK_AND_ASSIGN(const TomlValue top, ParseToml("a = 1\n  b = [true,\n       1.5]\n", {"x"}));
  ASSERT_EQ(top.members.size(), 2U);
  EXPECT_EQ(top.members[1].position.line, 2U);
  EXPECT_EQ(top.members[1].position.column, 3U);
  const TomlValue& number = top.members[1].value.items.at(1);
  EXPECT_EQ(number.type, TomlValue::Type::kFloat);
  EXPECT_EQ(number.number, 1.5);
  EXPECT_EQ(number.position.line, 3U);
  EXPECT_EQ(number.position.column, 8U);
}

TEST(TomlTest, QuotedTextParsesAsItself) {
  const std::string text = "a \"b\" \\ \x01\x7f\n\t ü";
  EXPECT_EQ(QuoteToml("a\"\\\n"), R"("a\"\\\u000A")");
  ASSERT_OK_AND_ASSIGN(const TomlValue top, ParseToml("key = " + QuoteToml(text), {"x"}));
  EXPECT_EQ(top.members.at(0).value.string, text);
}

}  // namespace
}  // namespace hallmark
