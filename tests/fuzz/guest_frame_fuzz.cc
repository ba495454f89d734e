// SPDX-License-Identifier: Apache-2.0
// Frames come out the same, however the stream is chopped; the first byte of the input says how.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "guestd/protocol/frame.h"

namespace {

using hallmark::ByteSpan;
using hallmark::guest::FrameDecoder;

/// The frames of a stream that comes in pieces, and "!" where it is refused.
std::vector<std::string> Frames(ByteSpan stream, size_t piece) {
  FrameDecoder decoder;
  std::vector<std::string> frames;
  for (size_t start = 0; start < stream.size(); start += piece) {
    decoder.Feed(stream.subspan(start, std::min(piece, stream.size() - start)));
    while (true) {
      auto frame = decoder.Next();
      if (!frame.ok()) {
        frames.emplace_back("!");
        return frames;
      }
      if (!frame->has_value()) break;
      frames.push_back(std::move(**frame));
    }
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const ByteSpan stream(data + 1, size - 1);
  const auto whole = Frames(stream, size);
  if (whole != Frames(stream, 1 + data[0])) abort();
  for (const std::string& frame : whole) {
    if (!hallmark::guest::EncodeFrame(frame).ok()) abort();
  }
  return 0;
}
