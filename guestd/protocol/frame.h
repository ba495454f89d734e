// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

// Frames of hallmark-guest-protocol(5): a length, 4 bytes, big-endian, then that many bytes of JSON.

namespace hallmark::guest {

inline constexpr size_t kFrameHeaderSize = 4;
inline constexpr size_t kMaxFrameSize = 10 << 20;  ///< bytes of JSON; the header does not count

/// `body` with its length in front. kUsage if it is empty or longer than kMaxFrameSize.
Result<std::string> EncodeFrame(std::string_view body);

/// Cuts a stream of bytes, however it is chopped, into frames.
class FrameDecoder {
 public:
  /// Takes in bytes as they come. Memory grows with what has come, never with what a header announces.
  void Feed(ByteSpan bytes) { buffer_.append(AsText(bytes)); }

  /// The next whole frame's body, or nothing until more bytes come. kCorrupt on a length of 0 or above kMaxFrameSize;
  /// the stream is of no use after that.
  Result<std::optional<std::string>> Next();

 private:
  std::string buffer_;
  size_t start_ = 0;  // of what Next() has not given out yet
};

}  // namespace hallmark::guest
