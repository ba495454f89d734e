// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/restore.h"

#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::kSampleChunk;
using testing::ReadFile;
using testing::WriteFile;

class RestoreTest : public testing::ChunkedBundleTest {};

TEST_F(RestoreTest, MakesTheImageWithItsHoles) {
  fs::remove(bundle.Path("rootfs.img"));
  ASSERT_OK_AND_ASSIGN(const RestoreReport report, Restore());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  EXPECT_EQ(report.made + report.zeros, image.size());
  EXPECT_FALSE(fs::exists(Partial()));
  ASSERT_OK_AND_ASSIGN(const auto ranges, DataRanges(File::OpenForReading(bundle.Path("rootfs.img")).value()));
  EXPECT_GT(ranges.size(), 1U);
  ASSERT_OK_AND_ASSIGN(const RestoreReport again, Restore());
  EXPECT_TRUE(again.was_there);
}

TEST_F(RestoreTest, GoesOnWithWhatAKilledRunLeft) {
  fs::remove(bundle.Path("rootfs.img"));
  // Chunks 4 and 5 are done, 6 is half done, 12, which is all zeros, holds something.
  std::string partial(7 * kSampleChunk, '\0');
  std::copy_n(image.begin() + 4 * kSampleChunk, 5 * kSampleChunk / 2, partial.begin() + 4 * kSampleChunk);
  WriteFile(Partial(), partial);
  fs::resize_file(Partial(), 12 * kSampleChunk);
  WriteFile(Partial(), ReadFile(Partial()) + "something");
  ASSERT_OK_AND_ASSIGN(const RestoreReport report, Restore());
  EXPECT_EQ(report.kept, 2U * kSampleChunk);
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

TEST_F(RestoreTest, ReplacesAnImageOfAnotherSize) {
  WriteFile(bundle.Path("rootfs.img"), "an older one");
  ASSERT_OK(Restore());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

TEST_F(RestoreTest, WritesNothingThatIsNotSigned) {
  fs::remove(bundle.Path("rootfs.img"));
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 3);
  EXPECT_THAT(Restore(), HasError(ErrorKind::kVerification, "frame 5: "));
  EXPECT_FALSE(fs::exists(bundle.Path("rootfs.img")));
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 3);
  bundle.Flip("rootfs.img.chunks", 50);
  EXPECT_THAT(Restore(), HasError(ErrorKind::kVerification, "rootfs.img.chunks: holds other bytes than signed"));
  bundle.Flip("rootfs.img.chunks", 50);
  bundle.Flip("manifest.json", 50);
  EXPECT_THAT(Restore(), HasError(ErrorKind::kVerification, "manifest.json: is not what"));
  bundle.Flip("manifest.json", 50);
  EXPECT_THAT(Restore({.least_sequence = 8}), HasError(ErrorKind::kVerification, "rolled back"));
  ASSERT_OK(Restore());
}

TEST_F(RestoreTest, DropsTheCompressedImage) {
  fs::remove(bundle.Path("rootfs.img"));
  ASSERT_OK(Restore({.drop_compressed = true}));
  EXPECT_FALSE(fs::exists(bundle.Path("rootfs.img.zst")));
  EXPECT_EQ(Findings(), "");
  fs::remove(bundle.Path("rootfs.img"));
  EXPECT_EQ(Findings(), "missing rootfs.img.zst: is missing\n");
}

TEST_F(RestoreTest, OneAtATime) {
  ASSERT_OK_AND_ASSIGN(const FileLock lock, FileLock::TryAcquireDirectory(bundle.dir.path()));
  EXPECT_THAT(Restore(), HasError(ErrorKind::kIo, "in use by another process"));
}

TEST_F(RestoreTest, AnImageOfBeforeIsLookedAtBeforeTheOtherCopyGoes) {
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  EXPECT_THAT(Restore({.drop_compressed = true}),
              HasError(ErrorKind::kVerification, "1 of its chunks hold other bytes"));
  EXPECT_TRUE(fs::exists(bundle.Path("rootfs.img.zst")));
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  ASSERT_OK(Restore({.drop_compressed = true}));
  EXPECT_FALSE(fs::exists(bundle.Path("rootfs.img.zst")));
}

}  // namespace
}  // namespace hallmark
