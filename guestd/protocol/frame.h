// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

// Frames of hallmark-guest-protocol(5): a length (4 bytes, big-endian), then that many bytes of JSON.

namespace hallmark::guest {

inline constexpr size_t kFrameHeaderSize = 4;
inline constexpr size_t kMaxFrameSize = 10 << 20;  ///< bytes of JSON, without the header

/// `body` with its length in front. kUsage if it is empty or longer than kMaxFrameSize.
Result<std::string> EncodeFrame(std::string_view body);

/// Cuts a stream of bytes, which may arrive in pieces of any size, into frames.
class FrameDecoder {
 public:
  /// Adds received bytes. Uses memory for what has arrived, never for what a header announces.
  void Feed(ByteSpan bytes) { buffer_.append(AsText(bytes)); }

  /// The body of the next whole frame, or nothing until more bytes arrive. kCorrupt if the length is 0 or above
  /// kMaxFrameSize; the stream can't be used after that.
  Result<std::optional<std::string>> Next();

 private:
  std::string buffer_;
  size_t start_ = 0;  // of what Next() has not returned yet
};

}  // namespace hallmark::guest
