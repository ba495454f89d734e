// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/frame_source.h"

#include "lib/compress/zstd_frame.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

/// Gives the bytes of a text, or an error.
class TextSource : public FrameSource {
 public:
  TextSource(std::string name, Result<std::string> text) : name_(std::move(name)), text_(std::move(text)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] Result<void> Read(uint64_t offset, MutableByteSpan bytes) const override {
    if (!text_.ok()) return text_.error();
    const ByteSpan part = AsBytes(*text_).subspan(offset, bytes.size());
    std::copy(part.begin(), part.end(), bytes.begin());
    return {};
  }

 private:
  std::string name_;
  Result<std::string> text_;
};

FrameSources Sources(std::vector<Result<std::string>> texts) {
  FrameSources sources;
  for (size_t i = 0; i < texts.size(); ++i) {
    sources.push_back(std::make_unique<TextSource>("source " + std::to_string(i), std::move(texts[i])));
  }
  return sources;
}

/// One chunk of ten letters, whose frame lies three bytes into the .zst.
class FrameSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const ByteVector frame = FrameCompressor(3).Compress(AsBytes(raw_)).value();
    zst_ = "xyz" + std::string(AsText(frame));
    table_.raw_size = table_.chunk_size = 10;
    table_.chunks = {{.raw_sha256 = Sha256(AsBytes(raw_)),
                      .frame_sha256 = Sha256(frame),
                      .frame_offset = 3,
                      .frame_size = static_cast<uint32_t>(frame.size())}};
  }
  std::string raw_ = "ten letter";
  std::string zst_;
  ChunkTable table_;
};

TEST_F(FrameSourceTest, TheFirstThatHasTheSignedBytesCounts) {
  ByteVector frame;
  ASSERT_OK(FetchFrame(Sources({zst_}), table_, 0, frame));
  EXPECT_EQ(AsText(frame), zst_.substr(3));
  std::string damaged = zst_;
  damaged.back() ^= 1;
  ASSERT_OK(FetchFrame(Sources({damaged, IoError("the network"), zst_}), table_, 0, frame));
  EXPECT_EQ(AsText(frame), zst_.substr(3));
  ByteVector raw(10);
  ASSERT_OK(FetchChunk(Sources({damaged, zst_}), table_, 0, raw));
  EXPECT_EQ(AsText(raw), raw_);
}

TEST_F(FrameSourceTest, SaysWhyNoneOfThemDid) {
  ByteVector frame;
  std::string damaged = zst_;
  damaged.back() ^= 1;
  EXPECT_THAT(FetchFrame({}, table_, 0, frame),
              HasError(ErrorKind::kNotFound, "frame 0: there is no compressed image to take it from"));
  EXPECT_THAT(FetchFrame(Sources({damaged, damaged}), table_, 0, frame),
              HasError(ErrorKind::kVerification, "frame 0: source 0: holds other bytes than signed; source 1: holds"));
  // Asking again may help where one could not be asked.
  EXPECT_THAT(FetchFrame(Sources({damaged, NotFoundError("gone")}), table_, 0, frame),
              HasError(ErrorKind::kIo, "frame 0: source 0: holds other bytes than signed; gone"));
}

// A frame that is signed and holds something else: a table that was made wrong.
TEST_F(FrameSourceTest, WhatComesOutIsCheckedToo) {
  ByteVector raw(10);
  table_.chunks[0].raw_sha256 = Sha256(AsBytes("other"));
  EXPECT_THAT(FetchChunk(Sources({zst_}), table_, 0, raw),
              HasError(ErrorKind::kVerification, "chunk 0: its frame is the signed one and its content is not"));
  ByteVector shorter(9);
  EXPECT_THAT(FetchChunk(Sources({zst_}), table_, 0, shorter), HasError(ErrorKind::kCorrupt, "frame 0: "));
}

TEST_F(FrameSourceTest, AFileIsASource) {
  const testing::TempDir dir;
  testing::WriteFile(dir / "zst", zst_);
  FrameSources sources;
  sources.push_back(std::make_unique<FileFrameSource>(File::OpenForReading(dir / "zst").value()));
  EXPECT_EQ(sources[0]->name(), (dir / "zst").string());
  ByteVector raw(10);
  ASSERT_OK(FetchChunk(sources, table_, 0, raw));
  EXPECT_EQ(AsText(raw), raw_);
}

}  // namespace
}  // namespace hallmark
