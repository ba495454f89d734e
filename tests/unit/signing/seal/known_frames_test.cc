// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/known_frames.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::TempDir;
using testing::WriteFile;

/// Two frames of a .zst, "first" and "second", for the chunks "one" and "two".
ChunkTable SampleTable() {
  ChunkTable table;
  table.chunks = {{.raw_sha256 = Sha256(AsBytes("one")),
                   .frame_sha256 = Sha256(AsBytes("first")),
                   .frame_offset = 0,
                   .frame_size = 5},
                  {.raw_sha256 = Sha256(AsBytes("two")),
                   .frame_sha256 = Sha256(AsBytes("second")),
                   .frame_offset = 5,
                   .frame_size = 6}};
  return table;
}

TEST(KnownFramesTest, FindsFramesByWhatTheyHold) {
  const TempDir dir;
  WriteFile(dir / "zst", "firstsecond");
  const KnownFrames known(SampleTable(), File::OpenForReading(dir / "zst").value());
  const std::optional<KnownFrames::Frame> frame = known.Find(Sha256(AsBytes("two")));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(AsText(frame->bytes), "second");
  EXPECT_EQ(frame->sha256, Sha256(AsBytes("second")));
  EXPECT_FALSE(known.Find(Sha256(AsBytes("three"))).has_value());
}

TEST(KnownFramesTest, TheFileIsNotTrusted) {
  const TempDir dir;
  WriteFile(dir / "zst", "firstSecond");
  const KnownFrames known(SampleTable(), File::OpenForReading(dir / "zst").value());
  EXPECT_TRUE(known.Find(Sha256(AsBytes("one"))).has_value());
  EXPECT_FALSE(known.Find(Sha256(AsBytes("two"))).has_value());
  std::filesystem::resize_file(dir / "zst", 3);
  EXPECT_FALSE(known.Find(Sha256(AsBytes("one"))).has_value());
}

}  // namespace
}  // namespace hallmark
