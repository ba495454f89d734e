// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/digest.h"

#include <openssl/evp.h>

#include <new>

#include "lib/base/file.h"

namespace hallmark {
namespace {

// A fetched algorithm: looking it up by name at each start costs more than hashing a small block.
const EVP_MD* Algorithm(const Sha256Digest*) {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}
const EVP_MD* Algorithm(const Sha1Digest*) {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return algorithm;
}
const EVP_MD* Algorithm(const Sha512Digest*) {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return algorithm;
}

// These calls fail only for lack of memory or of the algorithm itself: no caller could go on.
void Require(bool done) {
  if (!done) throw std::bad_alloc();
}

constexpr size_t kReadSize = 1 << 20;

}  // namespace

template <typename Digest>
void Hasher<Digest>::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

template <typename Digest>
Hasher<Digest>::Hasher() : context_(EVP_MD_CTX_new()) {
  Reset();
}
template <typename Digest>
Hasher<Digest>::Hasher(Hasher&&) noexcept = default;
template <typename Digest>
Hasher<Digest>& Hasher<Digest>::operator=(Hasher&&) noexcept = default;
template <typename Digest>
Hasher<Digest>::~Hasher() = default;

template <typename Digest>
void Hasher<Digest>::Reset() {
  Require(EVP_DigestInit_ex2(context_.get(), Algorithm(static_cast<Digest*>(nullptr)), nullptr) == 1);
}

template <typename Digest>
void Hasher<Digest>::Update(ByteSpan bytes) {
  Require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

template <typename Digest>
Digest Hasher<Digest>::Finish() {
  Digest digest;
  Require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  return digest;
}

template class Hasher<Sha256Digest>;
template class Hasher<Sha1Digest>;
template class Hasher<Sha512Digest>;

Sha256Digest Sha256(ByteSpan bytes) {
  Sha256Hasher hasher;
  hasher.Update(bytes);
  return hasher.Finish();
}

Sha1Digest Sha1(ByteSpan bytes) {
  Sha1Hasher hasher;
  hasher.Update(bytes);
  return hasher.Finish();
}

std::array<uint8_t, 64> Blake2b512(ByteSpan bytes) {
  std::array<uint8_t, 64> digest;
  Require(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_blake2b512(), nullptr) == 1);
  return digest;
}

Result<Sha256Digest> Sha256OfFile(const File& file, uint64_t offset) {
  Sha256Hasher hasher;
  ByteVector buffer(kReadSize);
  while (true) {
    ASSIGN_OR_RETURN(const size_t n, file.ReadUpTo(offset, buffer));
    hasher.Update(ByteSpan(buffer).first(n));
    if (n < buffer.size()) return hasher.Finish();
    offset += n;
  }
}

}  // namespace hallmark
