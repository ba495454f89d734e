// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/options.h"

#include "tests/support/captured_output.h"
#include "tests/support/matchers.h"

namespace hallmark::cli {
namespace {

using hallmark::testing::CapturedOutput;
using hallmark::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Options of each kind.
void AddAll(Options& options) {
  options.AddArgument("image", "IMAGE");
  options.AddFlag("q,quiet", "Say less");
  options.AddText("name", "NAME", "A name", "nobody");
  options.AddText("label", "LABEL", "A label");
  options.AddTexts("from", "DIRECTORY", "A source; may be given again");
  options.AddNumber("j,jobs", "N", "Threads", {.fallback = 2, .min = 1, .max = 8});
  options.AddNumber("chunk", "N", "A chunk", {});
  options.AddSize("size", "A size", "4M");
}

Result<std::optional<Parsed>> Parse(const Arguments& arguments) {
  Options options("program verb", "IMAGE [OPTION...]", "Does a thing.");
  AddAll(options);
  CapturedOutput captured;
  return options.Parse(arguments, captured.output());
}

/// A usage error with this message and next step.
MATCHER_P2(IsUsageError, message, hint, "") {
  if (arg.ok()) return false;
  *result_listener << "which is " << arg.error() << ", hint: " << arg.error().hint;
  return arg.error().kind == ErrorKind::kUsage && arg.error().message == message && arg.error().hint == hint;
}

constexpr std::string_view kHint = "'program verb --help' lists the options";

TEST(OptionsTest, NothingGiven) {
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed, Parse({}));
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->Has("image"));
  EXPECT_FALSE(parsed->Has("quiet"));
  EXPECT_FALSE(parsed->Has("name"));
  EXPECT_EQ(parsed->Text("name"), "nobody");
  EXPECT_EQ(parsed->Text("label"), "");
  EXPECT_THAT(parsed->Texts("from"), IsEmpty());
  EXPECT_EQ(parsed->Number("jobs"), 2U);
  EXPECT_FALSE(parsed->Has("chunk"));
  EXPECT_EQ(parsed->Number("chunk"), 0U);
  EXPECT_EQ(parsed->Number("size"), 4U << 20);
}

TEST(OptionsTest, EverythingGiven) {
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed,
                       Parse({"-qj3", "disk, the first", "--name=a,b", "--from", "x,y", "--from=", "--chunk", "0x1F",
                              "--size", "10G", "--label", ""}));
  EXPECT_EQ(parsed->Text("image"), "disk, the first");
  EXPECT_TRUE(parsed->Has("quiet"));
  EXPECT_EQ(parsed->Text("name"), "a,b");
  EXPECT_THAT(parsed->Texts("from"), ElementsAre("x,y", ""));
  EXPECT_EQ(parsed->Number("jobs"), 3U);
  EXPECT_EQ(parsed->Number("chunk"), 31U);
  EXPECT_EQ(parsed->Number("size"), uint64_t{10} << 30);
  EXPECT_TRUE(parsed->Has("label"));
}

TEST(OptionsTest, TheLastOneCounts) {
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed, Parse({"--name", "a", "--name", "b", "-j", "3", "-j4"}));
  EXPECT_EQ(parsed->Text("name"), "b");
  EXPECT_EQ(parsed->Number("jobs"), 4U);
}

TEST(OptionsTest, ArgumentsAfterTwoDashes) {
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed, Parse({"--", "--quiet"}));
  EXPECT_EQ(parsed->Text("image"), "--quiet");
  EXPECT_FALSE(parsed->Has("quiet"));
}

TEST(OptionsTest, SeveralArguments) {
  Options options("program verb", "ACTION FILE...", "Does a thing.");
  options.AddArgument("action", "ACTION");
  options.AddArguments("files", "FILE");
  CapturedOutput captured;
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed, options.Parse({"write", "a", "b"}, captured.output()));
  EXPECT_EQ(parsed->Text("action"), "write");
  EXPECT_THAT(parsed->Texts("files"), ElementsAre("a", "b"));
}

TEST(OptionsTest, NumbersInTheirRange) {
  for (const char* text : {"0", "9", "-1", "x", "", "3x", " 3", "0x", "18446744073709551616"}) {
    EXPECT_THAT(Parse({"--jobs", text}),
                IsUsageError("--jobs: '" + std::string(text) + "' is not a number from 1 to 8", kHint));
  }
  EXPECT_THAT(Parse({"--chunk", "x"}), IsUsageError("--chunk: 'x' is not a number", kHint));
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed, Parse({"--chunk", "18446744073709551615"}));
  EXPECT_EQ(parsed->Number("chunk"), UINT64_MAX);
}

TEST(OptionsTest, WhatTheOptionsDoNotSay) {
  EXPECT_THAT(Parse({"--siz", "1"}),
              IsUsageError("unknown option '--siz'", "did you mean '--size'? " + std::string(kHint)));
  EXPECT_THAT(Parse({"--frobnicate"}), IsUsageError("unknown option '--frobnicate'", kHint));
  EXPECT_THAT(Parse({"-x"}), IsUsageError("unknown option '-x'", kHint));
  EXPECT_THAT(Parse({"-5"}), HasError(ErrorKind::kUsage, "5"));
  EXPECT_THAT(Parse({"a", "b"}), IsUsageError("unexpected argument 'b'", kHint));
  EXPECT_THAT(Parse({"--name"}), IsUsageError("Option 'name' is missing an argument", kHint));
  EXPECT_THAT(Parse({"--quiet=5"}), HasError(ErrorKind::kUsage, "'5' failed to parse"));
}

TEST(OptionsTest, WhatIsRequired) {
  Options options("program verb", "IMAGE [OPTION...]", "Does a thing.");
  AddAll(options);
  options.Require({"image", "label"});
  CapturedOutput captured;
  EXPECT_THAT(options.Parse({}, captured.output()), IsUsageError("IMAGE is required", kHint));
}

TEST(OptionsTest, WhatElseIsRequired) {
  Options options("program verb", "IMAGE [OPTION...]", "Does a thing.");
  AddAll(options);
  options.Require({"image", "label"});
  CapturedOutput captured;
  EXPECT_THAT(options.Parse({"disk"}, captured.output()), IsUsageError("--label LABEL is required", kHint));
}

TEST(OptionsTest, Help) {
  Options options("program verb", "IMAGE [OPTION...]", "Does a thing.");
  AddAll(options);
  options.BeginGroup("Keys");
  options.AddText("key", "KEY", "A key");
  options.Require({"image"});
  CapturedOutput captured;
  ASSERT_OK_AND_ASSIGN(const std::optional<Parsed> parsed, options.Parse({"--help"}, captured.output()));
  EXPECT_FALSE(parsed);
  EXPECT_THAT(captured.results(), HasSubstr("Does a thing.\nUsage:\n  program verb IMAGE [OPTION...]\n"));
  EXPECT_THAT(captured.results(), HasSubstr("  -q, --quiet "));
  EXPECT_THAT(captured.results(), HasSubstr("      --name NAME       A name (default: nobody)\n"));
  EXPECT_THAT(captured.results(), HasSubstr("\n Keys options:\n      --key KEY  A key\n"));
  EXPECT_THAT(captured.results(), ::testing::Not(HasSubstr("--image")));
  EXPECT_EQ(captured.messages(), "");
}

TEST(OptionsTest, Sizes) {
  const std::pair<const char*, uint64_t> kSizes[] = {{"0", 0},
                                                     {"4096", 4096},
                                                     {"10G", uint64_t{10} << 30},
                                                     {"512MiB", 512 << 20},
                                                     {"512MB", 512 << 20},
                                                     {"2K", 2048},
                                                     {"1KiB", 1024},
                                                     {"15T", uint64_t{15} << 40},
                                                     {"16777215T", uint64_t{16777215} << 40}};
  for (const auto& [text, size] : kSizes) {
    ASSERT_OK_AND_ASSIGN(const uint64_t parsed, ParseSize(text, "--size"));
    EXPECT_EQ(parsed, size) << text;
  }
  for (const char* text : {"", "G", "10g", "10GG", "-1", "1.5G", "10 G", "1E", "16777216T", "18446744073709551616"}) {
    EXPECT_THAT(ParseSize(text, "--size"),
                IsUsageError("--size: '" + std::string(text) + "' is not a size like 10G or 4096", ""));
  }
}

}  // namespace
}  // namespace hallmark::cli
