// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

struct evp_md_ctx_st;

namespace hallmark {

using Sha256Digest = std::array<uint8_t, 32>;
using Sha1Digest = std::array<uint8_t, 20>;
using Sha512Digest = std::array<uint8_t, 64>;  ///< of npm's "integrity"

/// A message digest in progress (OpenSSL EVP, which picks the CPU's SHA instructions). Reset() makes it usable again
/// without a new allocation, so one object serves many small messages.
template <typename Digest>
class Hasher {
 public:
  Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  /// Adds `bytes` to the message.
  void Update(ByteSpan bytes);
  /// The digest of all bytes since the start or the last Reset(). Call Reset() before the next Update().
  Digest Finish();
  /// Starts a new message.
  void Reset();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

using Sha256Hasher = Hasher<Sha256Digest>;
using Sha1Hasher = Hasher<Sha1Digest>;

/// The digest of `bytes`.
Sha256Digest Sha256(ByteSpan bytes);
/// The digest of `bytes`.
Sha1Digest Sha1(ByteSpan bytes);
/// BLAKE2b with 64 bytes of output (RFC 7693), which minisign signs.
std::array<uint8_t, 64> Blake2b512(ByteSpan bytes);

class File;
/// SHA-256 of a file's bytes from `offset` to its end.
Result<Sha256Digest> Sha256OfFile(const File& file, uint64_t offset = 0);

}  // namespace hallmark
