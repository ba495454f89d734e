// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/repair.h"

#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::kSampleChunk;
using testing::kSampleChunks;
using testing::ReadFile;
using testing::WriteFile;

class RepairTest : public testing::ChunkedBundleTest {};

TEST_F(RepairTest, OneAtATime) {
  ASSERT_OK_AND_ASSIGN(const FileLock lock, FileLock::TryAcquireDirectory(bundle.dir.path()));
  EXPECT_THAT(Repair(), HasError(ErrorKind::kIo, "in use by another process"));
}

TEST_F(RepairTest, MendsBadChunksAlone) {
  for (size_t chunk = 0; chunk < kSampleChunks; chunk += 3) bundle.Flip("rootfs.img", chunk * kSampleChunk + 99);
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair());
  EXPECT_EQ(report.chunks, (std::vector<size_t>{0, 3, 6, 9, 12, 15}));
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  ASSERT_OK_AND_ASSIGN(const RepairReport again, Repair());
  EXPECT_TRUE(again.chunks.empty());
}

TEST_F(RepairTest, OfOneChunk) {
  bundle.Flip("rootfs.img", 5 * kSampleChunk);
  bundle.Flip("rootfs.img", 6 * kSampleChunk);
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair({.chunk = 6}));
  EXPECT_EQ(report.chunks, std::vector<size_t>{6});
  bundle.Flip("rootfs.img", 5 * kSampleChunk);
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  EXPECT_THAT(Repair({.chunk = kSampleChunks}), HasError(ErrorKind::kUsage, "no chunk 16: the image has 16"));
}

TEST_F(RepairTest, MendsTheLength) {
  WriteFile(bundle.Path("rootfs.img"), image.substr(0, image.size() / 2));
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair());
  EXPECT_TRUE(report.resized);
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
  WriteFile(bundle.Path("rootfs.img"), image + "more");
  ASSERT_OK(Repair());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

TEST_F(RepairTest, TakesFromAnotherCopy) {
  const fs::path other = bundle.Path("other.zst");
  fs::copy_file(bundle.Path("rootfs.img.zst"), other);
  bundle.Flip("rootfs.img", 5 * kSampleChunk);
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 3);
  EXPECT_THAT(Repair(), HasError(ErrorKind::kVerification, "frame 5: "));
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair({}, other));
  EXPECT_EQ(report.chunks, std::vector<size_t>{5});
  EXPECT_EQ(report.frames, std::vector<size_t>{5});
  EXPECT_EQ(Findings(), "");
}

TEST_F(RepairTest, NeedsAnImage) {
  fs::remove(bundle.Path("rootfs.img"));
  EXPECT_THAT(Repair(), HasError(ErrorKind::kNotFound, "rootfs.img is not made yet"));
}

TEST_F(RepairTest, MendsFramesBeforeThereIsAnImage) {
  const std::string good = ReadFile(bundle.Path("rootfs.img.zst"));
  WriteFile(bundle.Path("other.zst"), good);
  fs::remove(bundle.Path("rootfs.img"));
  bundle.Flip("rootfs.img.zst", table.chunks[5].frame_offset + 9);
  EXPECT_THAT(Repair(), HasError(ErrorKind::kNotFound, "is not made yet"));
  ASSERT_OK_AND_ASSIGN(const RepairReport report, Repair({}, bundle.Path("other.zst")));
  EXPECT_EQ(report.frames, std::vector<size_t>{5});
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img.zst")), good);
  ASSERT_OK(Restore());
  EXPECT_EQ(ReadFile(bundle.Path("rootfs.img")), image);
}

}  // namespace
}  // namespace hallmark
