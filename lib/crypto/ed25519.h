// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/crypto/secret.h"

struct evp_pkey_st;

namespace hallmark {

using Ed25519Signature = std::array<uint8_t, 64>;

/// An Ed25519 public key (RFC 8032): 32 bytes.
class PublicKey {
 public:
  explicit PublicKey(const std::array<uint8_t, 32>& bytes) : bytes_(bytes) {}

  /// From a SubjectPublicKeyInfo PEM (`-----BEGIN PUBLIC KEY-----`), as `openssl pkey -pubout` writes it.
  /// kUnsupported for a key of another algorithm.
  static Result<PublicKey> FromPem(std::string_view pem);
  /// From 32 bytes. kCorrupt on another length.
  static Result<PublicKey> FromBytes(ByteSpan bytes);

  [[nodiscard]] const std::array<uint8_t, 32>& bytes() const { return bytes_; }
  /// SubjectPublicKeyInfo of RFC 8410, DER: 44 bytes.
  [[nodiscard]] ByteVector SpkiDer() const;
  /// SubjectPublicKeyInfo PEM, as `openssl pkey -pubout` writes it.
  [[nodiscard]] std::string Pem() const;
  /// The name of the key in our files: SHA-256 of SpkiDer(), 64 hex digits. A hint to find it, never a proof.
  [[nodiscard]] std::string Id() const;

  /// True if `signature` is this key's over `message`. Refuses what RFC 8032 refuses: an S that is not reduced, a key
  /// that is not a point.
  [[nodiscard]] bool Verifies(ByteSpan message, const Ed25519Signature& signature) const;

  auto operator<=>(const PublicKey&) const = default;

 private:
  std::array<uint8_t, 32> bytes_;
};

/// Signs with one key: the key itself, or a program that holds it.
class Signer {
 public:
  virtual ~Signer() = default;
  /// The key that verifies the signatures.
  [[nodiscard]] virtual PublicKey public_key() const = 0;
  /// Pure Ed25519 over `message` (not prehashed).
  [[nodiscard]] virtual Result<Ed25519Signature> Sign(ByteSpan message) const = 0;
};

/// An Ed25519 private key in memory. It is wiped on destruction.
class PrivateKey : public Signer {
 public:
  /// A new key from OpenSSL's random numbers. kIo if OpenSSL fails.
  static Result<PrivateKey> Generate();
  /// From the 32 secret bytes of RFC 8032.
  static Result<PrivateKey> FromSeed(ByteSpan seed);
  /// From a PKCS#8 PEM. `passphrase` is used only if the PEM is encrypted; kUsage if the PEM is encrypted and the
  /// passphrase is wrong or empty.
  static Result<PrivateKey> FromPem(std::string_view pem, const Secret& passphrase);

  [[nodiscard]] PublicKey public_key() const override;
  [[nodiscard]] Result<Ed25519Signature> Sign(ByteSpan message) const override;

  /// The key as PKCS#8 PEM, which `openssl pkey` reads. With a passphrase: PBES2 of scrypt (N 16384, r 8, p 1, the
  /// largest that OpenSSL accepts by default) and AES-256-CBC. The caller wipes the text.
  [[nodiscard]] Result<std::string> Pem(const Secret& passphrase) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit PrivateKey(evp_pkey_st* key) : key_(key) {}
  std::unique_ptr<evp_pkey_st, Free> key_;
};

/// True if a PKCS#8 PEM requires a passphrase.
bool IsEncryptedPem(std::string_view pem);

}  // namespace hallmark
