// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/common_options.h"

#include <cstdlib>

#include "tests/support/captured_output.h"
#include "tests/support/matchers.h"
#include "tools/cli/bundle_options.h"
#include "tools/cli/pack_options.h"

namespace hallmark::cli {
namespace {

using hallmark::testing::CapturedOutput;
using hallmark::testing::HasError;

/// What is parsed of the options that `add` adds.
Result<Parsed> Parse(void (*add)(Options&), const Arguments& arguments) {
  Options options("program verb", "", "");
  add(options);
  CapturedOutput captured;
  ASSIGN_OR_RETURN(std::optional<Parsed> parsed, options.Parse(arguments, captured.output()));
  return *std::move(parsed);
}

TEST(CommonOptionsTest, Verbosity) {
  const auto verbosity = [](const Arguments& arguments) {
    return VerbosityFrom(Parse(AddVerbosityOptions, arguments).value());
  };
  EXPECT_EQ(verbosity({}), Verbosity::kNormal);
  EXPECT_EQ(verbosity({"-v"}), Verbosity::kVerbose);
  EXPECT_EQ(verbosity({"--quiet"}), Verbosity::kQuiet);
  EXPECT_EQ(verbosity({"-vq"}), Verbosity::kQuiet);
}

TEST(CommonOptionsTest, Jobs) {
  const auto jobs = [](const Arguments& arguments) { return JobsFrom(Parse(AddJobsOption, arguments).value()); };
  EXPECT_EQ(jobs({}), 0U);
  EXPECT_EQ(jobs({"-j", "1024"}), 1024U);
  EXPECT_THAT(Parse(AddJobsOption, {"-j1025"}),
              HasError(ErrorKind::kUsage, "--jobs: '1025' is not a number from 0 to 1024"));
}

TEST(CommonOptionsTest, Packing) {
  const auto pack = [](const Arguments& arguments) -> Result<PackOptions> {
    ASSIGN_OR_RETURN(const Parsed parsed, Parse(AddPackOptions, arguments));
    return PackOptionsFrom(parsed);
  };
  ASSERT_OK_AND_ASSIGN(const PackOptions defaults, pack({}));
  EXPECT_EQ(defaults.level, PackOptions().level);
  EXPECT_EQ(defaults.chunk_size, PackOptions().chunk_size);
  ASSERT_OK_AND_ASSIGN(const PackOptions options, pack({"--level", "19", "--frame-size", "64M"}));
  EXPECT_EQ(options.level, 19);
  EXPECT_EQ(options.chunk_size, 64U << 20);
  EXPECT_THAT(pack({"--level", "0"}), HasError(ErrorKind::kUsage, "--level: '0' is not a number from 1 to 19"));
  EXPECT_THAT(pack({"--frame-size", "65M"}), HasError(ErrorKind::kUsage, "--frame-size: is larger than 64M"));
}

TEST(CommonOptionsTest, Bundles) {
  const auto bundle = [](const Arguments& arguments) -> Result<BundleOptions> {
    ASSIGN_OR_RETURN(const Parsed parsed, Parse(AddBundleOptions, arguments));
    return BundleOptionsFrom(parsed);
  };
  EXPECT_THAT(bundle({"--trust", "t"}), HasError(ErrorKind::kUsage, "BUNDLE is required"));
  EXPECT_THAT(bundle({"b"}), HasError(ErrorKind::kUsage, "--trust FILE is required"));
  EXPECT_THAT(bundle({"/nonexistent", "--trust", "t"}),
              HasError(ErrorKind::kNotFound, "/nonexistent: no such directory"));
  EXPECT_THAT(bundle({"/", "--trust", "/nonexistent"}), HasError(ErrorKind::kNotFound, "/nonexistent"));
}

TEST(CommonOptionsTest, SourceDateEpoch) {
  unsetenv("SOURCE_DATE_EPOCH");
  EXPECT_EQ(cli::SourceDateEpoch().value(), std::nullopt);
  setenv("SOURCE_DATE_EPOCH", "1793534400", 1);
  EXPECT_EQ(cli::SourceDateEpoch().value(), 1793534400U);
  for (const char* text : {"", "-1", "1x"}) {
    setenv("SOURCE_DATE_EPOCH", text, 1);
    EXPECT_THAT(cli::SourceDateEpoch(), HasError(ErrorKind::kUsage, "SOURCE_DATE_EPOCH: '" + std::string(text) +
                                                                        "' is not a number of seconds since 1970"));
  }
  unsetenv("SOURCE_DATE_EPOCH");
}

}  // namespace
}  // namespace hallmark::cli
