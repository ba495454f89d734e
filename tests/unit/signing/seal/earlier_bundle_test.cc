// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/earlier_bundle.h"

#include "tests/support/chunked_bundle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

class EarlierBundleTest : public testing::ChunkedBundleTest {
 protected:
  [[nodiscard]] EarlierBundle Earlier() const { return {marks / "encoder", bundle.dir.path(), bundle.manifest}; }
  [[nodiscard]] size_t Marks() const {
    size_t marked = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(marks / "encoder")) ++marked;
    return marked;
  }
  testing::TempDir marks;
};

TEST_F(EarlierBundleTest, KnowsWhatThisMachineMade) {
  EXPECT_EQ(Earlier().frames(), nullptr) << "nobody vouches for it";
  Earlier().ReplacedBy(bundle.manifest);
  EXPECT_EQ(Marks(), 1U);
  const EarlierBundle earlier = Earlier();
  ASSERT_NE(earlier.frames(), nullptr);
  EXPECT_TRUE(earlier.frames()->Find(table.chunks[4].raw_sha256).has_value());
}

TEST_F(EarlierBundleTest, ForgetsWhatWasReplaced) {
  Earlier().ReplacedBy(bundle.manifest);
  Manifest next = bundle.manifest;
  for (Artifact& artifact : next.artifacts) artifact.sha256 = Sha256(AsBytes("another"));
  Earlier().ReplacedBy(next);
  EXPECT_EQ(Marks(), 1U);
  EXPECT_EQ(Earlier().frames(), nullptr);
}

TEST_F(EarlierBundleTest, TakesNoDamagedTable) {
  Earlier().ReplacedBy(bundle.manifest);
  bundle.Flip("rootfs.img.chunks", 60);
  EXPECT_EQ(Earlier().frames(), nullptr);
  bundle.Flip("rootfs.img.chunks", 60);
  EXPECT_NE(Earlier().frames(), nullptr);
  fs::remove(bundle.Path("rootfs.img.zst"));
  EXPECT_EQ(Earlier().frames(), nullptr);
  fs::remove(bundle.Path("rootfs.img.chunks"));
  EXPECT_EQ(Earlier().frames(), nullptr);
  EXPECT_EQ(EarlierBundle(marks / "encoder", marks / "nowhere", bundle.manifest).frames(), nullptr);
}

}  // namespace
}  // namespace hallmark
