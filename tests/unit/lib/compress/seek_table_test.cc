// SPDX-License-Identifier: Apache-2.0
#include "lib/compress/seek_table.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

// Two frames, as the format's document has them.
const ByteVector kTwoFrames = {0x5e, 0x2a, 0x4d, 0x18, 25, 0, 0, 0,  // skippable frame of 25 bytes
                               10,   0,    0,    0,    0,  4, 0, 0,  // 10 bytes of 1024
                               7,    0,    0,    0,    3,  0, 0, 0,  // 7 bytes of 3
                               2,    0,    0,    0,    0,            // two frames, no checksums
                               0xb1, 0xea, 0x92, 0x8f};

TEST(SeekTable, LiteralBytes) {
  const std::vector<SeekEntry> frames = {{10, 1024}, {7, 3}};
  ASSERT_OK_AND_ASSIGN(const ByteVector bytes, FormatSeekTable(frames));
  EXPECT_EQ(bytes, kTwoFrames);
  ASSERT_OK_AND_ASSIGN(const std::vector<SeekEntry> back, ParseSeekTable(bytes));
  EXPECT_EQ(back, frames);
}

TEST(SeekTable, ChecksumsArePassedOver) {
  ByteVector bytes = {0x5e, 0x2a, 0x4d, 0x18, 21, 0, 0, 0, 10, 0,    0,    0,    0,    4,   0,
                      0,    1,    2,    3,    4,  1, 0, 0, 0,  0x80, 0xb1, 0xea, 0x92, 0x8f};
  ASSERT_OK_AND_ASSIGN(const std::vector<SeekEntry> frames, ParseSeekTable(bytes));
  EXPECT_EQ(frames, (std::vector<SeekEntry>{{10, 1024}}));
}

TEST(SeekTable, EachFieldIsChecked) {
  const auto changed = [](size_t at, uint8_t value) {
    ByteVector bytes = kTwoFrames;
    bytes[at] = value;
    return ParseSeekTable(bytes);
  };
  EXPECT_THAT(changed(0, 0x5f), HasError(ErrorKind::kCorrupt, "not a skippable frame"));
  EXPECT_THAT(changed(4, 24), HasError(ErrorKind::kCorrupt, "its size is wrong"));
  EXPECT_THAT(changed(24, 3), HasError(ErrorKind::kCorrupt, "its size is wrong"));
  EXPECT_THAT(changed(27, 0xff), HasError(ErrorKind::kCorrupt, "too many frames"));
  EXPECT_THAT(changed(28, 0x04), HasError(ErrorKind::kCorrupt, "reserved bits"));
  EXPECT_THAT(changed(28, 0x80), HasError(ErrorKind::kCorrupt, "its size is wrong"));
  EXPECT_THAT(changed(32, 0), HasError(ErrorKind::kCorrupt, "no footer"));
  EXPECT_THAT(ParseSeekTable(ByteSpan(kTwoFrames).first(16)), HasError(ErrorKind::kCorrupt, "truncated"));
}

TEST(SeekTable, OfAFileThatItFills) {
  const testing::TempDir dir;
  const std::string table(AsText(kTwoFrames));
  testing::WriteFile(dir / "good", std::string(17, 'x') + table);
  testing::WriteFile(dir / "long", std::string(18, 'x') + table);
  testing::WriteFile(dir / "short", table.substr(1));
  const auto read = [&](const char* name) { return ReadSeekTable(File::OpenForReading(dir / name).value()); };
  ASSERT_OK_AND_ASSIGN(const std::vector<SeekEntry> frames, read("good"));
  EXPECT_EQ(frames.size(), 2U);
  EXPECT_THAT(read("long"), HasError(ErrorKind::kCorrupt, "does not cover the file"));
  EXPECT_THAT(read("short"), HasError(ErrorKind::kCorrupt, "larger than the file"));
}

}  // namespace
}  // namespace hallmark
