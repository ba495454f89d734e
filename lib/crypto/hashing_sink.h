// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <tuple>

#include "lib/base/sink.h"
#include "lib/crypto/digest.h"

namespace hallmark {

/// Hashes a stream and passes it on to `next`. With a null `next` it only hashes.
template <typename... Digests>
class HashingSink : public Sink {
 public:
  explicit HashingSink(Sink* next = nullptr) : next_(next) {}

  Result<void> Write(ByteSpan bytes) override {
    Update(bytes);
    return next_ != nullptr ? next_->Write(bytes) : Result<void>();
  }
  Result<void> WriteHole(uint64_t length) override {
    static constexpr std::array<uint8_t, 64 << 10> kZeros{};
    for (uint64_t left = length; left != 0;) {
      const auto step = static_cast<size_t>(std::min<uint64_t>(left, kZeros.size()));
      Update(ByteSpan(kZeros).first(step));
      left -= step;
    }
    return next_ != nullptr ? next_->WriteHole(length) : Result<void>();
  }
  /// The digest of the whole stream, of one of the types `Digests`. Call it once per type, after the last write.
  template <typename Digest>
  Digest Finish() {
    return std::get<Hasher<Digest>>(hashers_).Finish();
  }

 private:
  void Update(ByteSpan bytes) {
    std::apply([&](auto&... hasher) { (hasher.Update(bytes), ...); }, hashers_);
  }

  std::tuple<Hasher<Digests>...> hashers_;
  Sink* next_;
};

}  // namespace hallmark
