// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_smol_bin.h"
#include "tests/unit/tools/hallmark/run_verb.h"

namespace hallmark::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A static program for arm64 without symbols, as far as its headers tell.
std::string StaticProgram() {
  std::string program(64 + 56, '\0');
  program.replace(0, 7, "\x7F\x45\x4C\x46\x02\x01\x01");  // ELF, 64-bit, little-endian
  program[16] = 2;                                        // an executable
  program[18] = '\xB7';                                   // for arm64
  program[20] = 1;
  program[32] = 64;  // where the program headers begin
  program[52] = 64;
  program[54] = 56;
  program[56] = 1;  // one program header
  program[58] = 64;
  program[64] = 1;  // PT_LOAD
  program[96] = 120;
  program[104] = 120;
  return program;
}

/// What an image is made of, and the image.
class SmolBinFixture {
 public:
  SmolBinFixture() {
    WriteFile(dir_ / "program", StaticProgram());
    WriteFile(dir_ / "settings.json", kSampleSettings);
    RunWell({"keygen", "-o", Path("key"), "--no-passphrase"});
    RunWell({"trust", "init", "--bundle-key", Path("key.pub"), "--smol-key", Path("key.pub"), "--sign-with",
             Path("key"), "-o", Path("trust.json")});
    json = RunWell({"smol-bin", "build", "--json", "--sdk-daemon", Path("program"), "--sandbox-helper", Path("program"),
                    "--settings", Path("settings.json"), "--key", Path("key"), "--sequence", "7", "--size", "1M", "-o",
                    Path("image")});
  }
  [[nodiscard]] std::string Path(const char* name) const { return (dir_ / name).string(); }

  std::string json;  ///< what the build printed

 private:
  TempDir dir_;
};

TEST(SmolBinVerbTest, Help) {
  EXPECT_THAT(RunWell({"smol-bin", "--help"}), StartsWith("hallmark smol-bin build|verify|ls|extract|dump: "));
  ExpectHelp({"smol-bin", "build"},
             "--sdk-daemon FILE --sandbox-helper FILE --settings FILE --key KEY --sequence N -o FILE [OPTION...]");
  ExpectHelp({"smol-bin", "verify"}, "IMAGE --trust FILE [OPTION...]");
  ExpectHelp({"smol-bin", "extract"}, "IMAGE --trust FILE -o DIRECTORY [OPTION...]");
  ExpectHelp({"smol-bin", "ls"}, "IMAGE [OPTION...]");
  ExpectHelp({"smol-bin", "dump"}, "IMAGE [OPTION...]");
}

TEST(SmolBinVerbTest, UsageErrors) {
  ExpectUsageError({"smol-bin", "build"}, "--sdk-daemon FILE is required",
                   "'hallmark smol-bin build --help' lists the options");
  ExpectUsageError({"smol-bin", "verify", "i"}, "--trust FILE is required",
                   "give a trust file of your own: one that came with the image proves nothing");
  ExpectUsageError({"smol-bin", "ls"}, "IMAGE is required", "'hallmark smol-bin ls --help' lists the options");
  ExpectUsageError({"smol-bin", "extract", "i", "--trust", "t"}, "--output DIRECTORY is required",
                   "'hallmark smol-bin extract --help' lists the options");
}

TEST(SmolBinVerbTest, BuildsAndReads) {
  const SmolBinFixture fixture;
  EXPECT_EQ(Member(fixture.json, "/sequence"), "7");
  EXPECT_EQ(Member(fixture.json, "/size"), "1048576");
  const std::string image = fixture.Path("image");
  const std::string trust = fixture.Path("trust.json");
  EXPECT_EQ(RunWell({"smol-bin", "verify", image, "--trust", trust}),
            image + ": smol-bin 7 for arm64, sequence 7, policy sequence 7: good\n");
  EXPECT_EQ(Member(RunWell({"smol-bin", "verify", "--json", image, "--trust", trust}), "/verdict"), "good");
  EXPECT_THAT(RunWell({"smol-bin", "ls", image}), HasSubstr("         120  sdk-daemon\n"));
  EXPECT_EQ(Member(RunWell({"smol-bin", "ls", "--json", image}), "/0/name"), "manifest.dsse.json");
  EXPECT_THAT(RunWell({"smol-bin", "dump", image}), HasSubstr("\n1 signature, not checked here, by\n"));
  EXPECT_EQ(Member(RunWell({"smol-bin", "dump", "--json", image}), "/label"), "SMOL-BIN");
  RunWell({"smol-bin", "extract", "-q", image, "--trust", trust, "-o", fixture.Path("files")});
  EXPECT_EQ(ReadFile(fixture.Path("files") + "/sdk-daemon"), StaticProgram());
  ExpectUsageError({"smol-bin", "extract", image, "--trust", trust, "-o", fixture.Path("files")},
                   fixture.Path("files") + ": exists already", "name another directory, or remove it");
}

TEST(SmolBinVerbTest, AnImageThatDoesNotHold) {
  const SmolBinFixture fixture;
  const VerbRun run = RunHallmark({"smol-bin", "verify", "--json", fixture.Path("image"), "--trust",
                                   fixture.Path("trust.json"), "--least-sequence", "8"});
  EXPECT_EQ(run.status, 3);
  EXPECT_EQ(Member(run.results, "/verdict"), "rolled-back");
  EXPECT_EQ(Member(run.results, "/findings/0/verdict"), "rolled-back");
}

TEST(SmolBinVerbTest, DoesNotWriteOverItsParts) {
  const SmolBinFixture fixture;
  ExpectUsageError({"smol-bin", "build", "--sdk-daemon", fixture.Path("program"), "--sandbox-helper",
                    fixture.Path("program"), "--settings", fixture.Path("settings.json"), "--key", fixture.Path("key"),
                    "--sequence", "7", "-o", fixture.Path("key")},
                   fixture.Path("key") + ": is what the image is made of", "give -o another name");
}

}  // namespace
}  // namespace hallmark::testing
