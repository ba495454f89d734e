// SPDX-License-Identifier: Apache-2.0
#include "lib/exfat/label.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_exfat.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::SampleExfatVolume;
using testing::TempDir;
using testing::WriteFile;

Result<ProbedVolume> Probe(const std::string& volume, uint64_t offset = 0) {
  const TempDir directory;
  WriteFile(directory / "volume", volume);
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(directory / "volume"));
  return ProbeExfat(file, offset);
}

TEST(ExfatLabelTest, IsReadFromTheRootDirectory) {
  std::string volume = SampleExfatVolume("SMOL-BIN");
  volume.replace(100, 4, "\x0d\xf0\xad\xde");
  ASSERT_OK_AND_ASSIGN(const ProbedVolume probed, Probe(volume));
  EXPECT_EQ(probed, (ProbedVolume{"exfat", "SMOL-BIN", "DEAD-F00D"}));
  ASSERT_OK_AND_ASSIGN(const ProbedVolume inside, Probe(std::string(4096, 'x') + volume, 4096));
  EXPECT_EQ(inside, probed);
}

TEST(ExfatLabelTest, CharactersThatCantBePrintedBecomeQuestionMarks) {
  std::string volume = SampleExfatVolume("SMOL-BIN");
  const size_t label = (32 + 2) * 512 + 34;
  volume[label] = '\x1f';
  volume[label + 2] = '\x7f';
  volume[label + 5] = '\x01';
  ASSERT_OK_AND_ASSIGN(const ProbedVolume probed, Probe(volume));
  EXPECT_EQ(probed.label, "???L-BIN");
}

TEST(ExfatLabelTest, AVolumeMayHaveNone) {
  std::string volume = SampleExfatVolume("SMOL-BIN");
  const size_t root = (32 + 2) * 512;
  volume[root + 32] = '\x03';  // deleted
  ASSERT_OK_AND_ASSIGN(const ProbedVolume deleted, Probe(volume));
  EXPECT_EQ(deleted.label, "");
  volume[root + 32] = '\x83';
  volume[root] = '\0';  // the directory ends before the label
  ASSERT_OK_AND_ASSIGN(const ProbedVolume none, Probe(volume));
  EXPECT_EQ(none.label, "");
  volume[root] = '\x81';
  volume[root + 33] = '\xff';  // more characters than a label can have
  ASSERT_OK_AND_ASSIGN(const ProbedVolume longest, Probe(volume));
  EXPECT_EQ(longest.label, "SMOL-BIN???");
}

TEST(ExfatLabelTest, NumbersOutOfRangeAreRefused) {
  for (const auto& [offset, byte] :
       std::vector<std::pair<size_t, char>>{{108, 8}, {108, 13}, {109, 17}, {96, 1}, {96, 32}}) {
    std::string volume = SampleExfatVolume("SMOL-BIN");
    volume[offset] = byte;
    EXPECT_THAT(Probe(volume), HasError(ErrorKind::kCorrupt, "out of range")) << offset;
  }
  std::string other = SampleExfatVolume("SMOL-BIN");
  other[3] = 'N';
  EXPECT_THAT(Probe(other), HasError(ErrorKind::kCorrupt, "not exFAT"));
  EXPECT_THAT(Probe(SampleExfatVolume("SMOL-BIN").substr(0, 33 * 512)), HasError(ErrorKind::kCorrupt, ""));
  EXPECT_THAT(Probe("short"), HasError(ErrorKind::kCorrupt, ""));
}

}  // namespace
}  // namespace hallmark
