// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/digest_check.h"

#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

/// With the GPT, the EFI system partition and what is between it and the root partition in one chunk.
class QuickCheckTest : public testing::ChunkedBundleTest {
 protected:
  QuickCheckTest() : ChunkedBundleTest(testing::kSampleRootOffset) {}
};

TEST_F(QuickCheckTest, LooksAtTheEfiPartitionAndAtNoOther) {
  const std::string esp = "partition rootfs.img: partition 15 (p) holds other bytes than signed\n";
  EXPECT_EQ(FindingsOf(), "");
  bundle.Flip("rootfs.img", testing::kSampleRootOffset);
  EXPECT_EQ(FindingsOf(), "");
  for (const uint64_t offset : {testing::kSampleEspOffset, testing::kSampleEspOffset + testing::kSampleEspSize - 1}) {
    bundle.Flip("rootfs.img", offset);
    EXPECT_EQ(FindingsOf(), esp) << offset;
    bundle.Flip("rootfs.img", offset);
  }
  // In a chunk of it, and not in it: one byte before and one behind.
  bundle.Flip("rootfs.img", testing::kSampleEspOffset - 1);
  bundle.Flip("rootfs.img", testing::kSampleEspOffset + testing::kSampleEspSize);
  EXPECT_EQ(FindingsOf(), "");
}

TEST_F(QuickCheckTest, ADamagedChunkTableVouchesForNothing) {
  bundle.Flip("rootfs.img", testing::kSampleEspOffset);
  bundle.Flip("rootfs.img.chunks", 40);
  EXPECT_EQ(FindingsOf(),
            "partition rootfs.img: partition 15 (p) holds other bytes than signed\n"
            "digest rootfs.img.chunks: holds other bytes than signed\n");
}

}  // namespace
}  // namespace hallmark
