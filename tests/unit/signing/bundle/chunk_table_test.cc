// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/chunk_table.h"

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

/// A chunk of data and, behind it, one byte of zeros.
ChunkTable SampleTable() {
  ChunkTable table{.raw_size = 65537, .compressed_size = 300, .chunk_size = 65536};
  table.chunks = {{.raw_sha256 = Sha256(AsBytes("raw")),
                   .frame_sha256 = Sha256(AsBytes("frame")),
                   .frame_offset = 0,
                   .frame_size = 200,
                   .zero = false},
                  {.raw_sha256 = Sha256(AsBytes("zero")),
                   .frame_sha256 = Sha256(AsBytes("zeros")),
                   .frame_offset = 200,
                   .frame_size = 20,
                   .zero = true}};
  return table;
}

TEST(ChunkTable, LiteralBytes) {
  const ByteVector bytes = FormatChunkTable(SampleTable());
  ASSERT_EQ(bytes.size(), 40U + 2 * 80);
  EXPECT_EQ(ToHex(ByteSpan(bytes).first(40)),
            "484d4348554e4b53"  // HMCHUNKS
            "01000000"
            "00000100"
            "0100010000000000"
            "2c01000000000000"
            "0200000000000000");
  EXPECT_EQ(ToHex(ByteSpan(bytes).subspan(40, 80)), ToHex(Sha256(AsBytes("raw"))) + ToHex(Sha256(AsBytes("frame"))) +
                                                        "0000000000000000"
                                                        "c8000000"
                                                        "00000000");
  EXPECT_EQ(ToHex(ByteSpan(bytes).last(16)),
            "c800000000000000"
            "14000000"
            "01000000");
}

TEST(ChunkTable, ComesBack) {
  ASSERT_OK_AND_ASSIGN(const ChunkTable table, ParseChunkTable(FormatChunkTable(SampleTable())));
  EXPECT_EQ(FormatChunkTable(table), FormatChunkTable(SampleTable()));
  EXPECT_EQ(table.RawSize(0), 65536U);
  EXPECT_EQ(table.RawSize(1), 1U);
  EXPECT_TRUE(table.chunks[1].zero);
}

TEST(ChunkTable, EachFieldIsChecked) {
  const auto changed = [](size_t at, uint8_t value) {
    ByteVector bytes = FormatChunkTable(SampleTable());
    bytes[at] = value;
    return ParseChunkTable(bytes);
  };
  EXPECT_THAT(changed(0, 'h'), HasError(ErrorKind::kCorrupt, "no magic number"));
  EXPECT_THAT(changed(8, 2), HasError(ErrorKind::kUnsupported, "of version 2"));
  EXPECT_THAT(changed(12, 1), HasError(ErrorKind::kCorrupt, "the chunk size is not a power of two"));
  EXPECT_THAT(changed(14, 0), HasError(ErrorKind::kCorrupt, "the chunk size is not a power of two"));
  EXPECT_THAT(changed(18, 2), HasError(ErrorKind::kCorrupt, "does not fit the image's size"));
  EXPECT_THAT(changed(23, 0xff), HasError(ErrorKind::kCorrupt, "does not fit the image's size"));
  EXPECT_THAT(changed(25, 0), HasError(ErrorKind::kCorrupt, "longer than the compressed file"));
  EXPECT_THAT(changed(32, 1), HasError(ErrorKind::kCorrupt, "does not fit the image's size"));
  EXPECT_THAT(changed(104, 1), HasError(ErrorKind::kCorrupt, "frame 0 does not follow"));
  EXPECT_THAT(changed(112, 0), HasError(ErrorKind::kCorrupt, "frame 0 does not follow"));
  EXPECT_THAT(changed(115, 0x7f), HasError(ErrorKind::kCorrupt, "frame 0 does not follow"));
  EXPECT_THAT(changed(112, 201), HasError(ErrorKind::kCorrupt, "frame 1 does not follow"));
  EXPECT_THAT(changed(116, 2), HasError(ErrorKind::kCorrupt, "chunk 0 has unknown flags"));
}

TEST(ChunkTable, NoByteTooManyOrTooFew) {
  ByteVector bytes = FormatChunkTable(SampleTable());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseChunkTable(ByteSpan(bytes).first(size)).ok()) << size;
  }
  bytes.push_back(0);
  EXPECT_THAT(ParseChunkTable(bytes), HasError(ErrorKind::kCorrupt, "does not fit the image's size"));
}

}  // namespace
}  // namespace hallmark
