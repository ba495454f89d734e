// SPDX-License-Identifier: Apache-2.0
#include "guestd/protocol/frame.h"

#include "lib/base/endian.h"

namespace hallmark::guest {

Result<std::string> EncodeFrame(std::string_view body) {
  if (body.empty() || body.size() > kMaxFrameSize) {
    return UsageError("a frame of " + std::to_string(body.size()) + " bytes: 1 to " + std::to_string(kMaxFrameSize) +
                      " are allowed");
  }
  const Be32 length(static_cast<uint32_t>(body.size()));
  std::string frame(AsText(StructBytes(length)));
  frame.append(body);
  return frame;
}

Result<std::optional<std::string>> FrameDecoder::Next() {
  const std::string_view pending = std::string_view(buffer_).substr(start_);
  if (pending.size() < kFrameHeaderSize) return std::optional<std::string>();
  ASSIGN_OR_RETURN(const Be32 length, ReadStruct<Be32>(AsBytes(pending), "frame"));
  if (length == 0 || length > kMaxFrameSize) {
    return CorruptError("a frame of " + std::to_string(length) + " bytes: 1 to " + std::to_string(kMaxFrameSize) +
                        " are allowed");
  }
  if (pending.size() - kFrameHeaderSize < length) return std::optional<std::string>();
  std::string body(pending.substr(kFrameHeaderSize, length));
  start_ += kFrameHeaderSize + length;
  // Removes returned bytes once they are most of the buffer, so that each byte moves at most once on average. Frees the
  // memory of a buffer that a large frame has enlarged.
  if (start_ == buffer_.size()) {
    std::string().swap(buffer_);
    start_ = 0;
  } else if (start_ > buffer_.size() / 2) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  return std::optional<std::string>(std::move(body));
}

}  // namespace hallmark::guest
