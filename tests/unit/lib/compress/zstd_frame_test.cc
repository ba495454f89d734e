// SPDX-License-Identifier: Apache-2.0
#include "lib/compress/zstd_frame.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

ByteVector Letters(size_t size) {
  ByteVector bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>('a' + i * i % 23);
  return bytes;
}

TEST(ZstdFrame, GivesBackWhatItTook) {
  FrameCompressor compressor(kDefaultZstdLevel);
  FrameDecompressor decompressor;
  for (const size_t size : {1, 100, 65536, 1000001}) {
    const ByteVector raw = Letters(size);
    ASSERT_OK_AND_ASSIGN(const ByteVector frame, compressor.Compress(raw));
    ByteVector back(size);
    ASSERT_OK(decompressor.Decompress(frame, back));
    EXPECT_EQ(back, raw);
  }
}

TEST(ZstdFrame, FillsExactlyWhatItWasGiven) {
  ASSERT_OK_AND_ASSIGN(const ByteVector frame, FrameCompressor(3).Compress(Letters(1000)));
  FrameDecompressor decompressor;
  ByteVector shorter(999);
  EXPECT_THAT(decompressor.Decompress(frame, shorter), HasError(ErrorKind::kCorrupt, "zstd"));
  ByteVector longer(1001);
  EXPECT_THAT(decompressor.Decompress(frame, longer), HasError(ErrorKind::kCorrupt, "a zstd frame of 1000 bytes"));
}

TEST(ZstdFrame, OneFrameAndNothingElse) {
  ASSERT_OK_AND_ASSIGN(ByteVector frame, FrameCompressor(3).Compress(Letters(1000)));
  FrameDecompressor decompressor;
  ByteVector twice = frame;
  twice.insert(twice.end(), frame.begin(), frame.end());
  ByteVector raw(2000);
  EXPECT_THAT(decompressor.Decompress(twice, raw), HasError(ErrorKind::kCorrupt, "not one zstd frame"));
  raw.resize(1000);
  EXPECT_THAT(decompressor.Decompress(ByteSpan(frame).first(frame.size() - 1), raw),
              HasError(ErrorKind::kCorrupt, "not one zstd frame"));
  frame.back() ^= 1;
  EXPECT_THAT(decompressor.Decompress(frame, raw), HasError(ErrorKind::kCorrupt, "zstd"));
}

}  // namespace
}  // namespace hallmark
