// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"

// Minisign's keys and signatures: minisign(1), and src/minisign.h of jedisct1/minisign. signify's public keys have the
// same form.

namespace hallmark {

using MinisignKeyId = std::array<uint8_t, 8>;

struct MinisignPublicKey {
  MinisignKeyId id{};
  PublicKey key;

  bool operator==(const MinisignPublicKey&) const = default;
};

/// What minisign calls a key of ours: the first 8 bytes of PublicKey::Id().
MinisignKeyId DeriveMinisignKeyId(const PublicKey& key);

/// Reads a public key file of minisign, or its line of base64 alone.
Result<MinisignPublicKey> ParseMinisignPublicKey(std::string_view text);
/// Two lines: an untrusted comment with the key's id, and the key.
std::string FormatMinisignPublicKey(const MinisignPublicKey& key);

struct MinisignSignature {
  std::string untrusted_comment;
  bool prehashed = true;  ///< signs BLAKE2b-512 of the file ("ED"), and not the file itself ("Ed")
  MinisignKeyId key_id{};
  Ed25519Signature signature{};
  std::string trusted_comment;
  Ed25519Signature global_signature{};  ///< over the signature and the trusted comment

  bool operator==(const MinisignSignature&) const = default;
};

/// The four lines of a .minisig file.
std::string FormatMinisign(const MinisignSignature& signature);
/// kCorrupt or kUnsupported on anything else, with the cause alone as its message; `*line_at_fault` is the line then,
/// from 1, or 0 for the text as a whole.
Result<MinisignSignature> ParseMinisign(std::string_view text, size_t* line_at_fault = nullptr);

/// Signs `message`, prehashed, as minisign does today. `trusted_comment` is one line.
Result<MinisignSignature> SignMinisign(std::string_view message, std::string trusted_comment, const Signer& signer);

/// True if `key` made both signatures, that of `message` and that of the trusted comment. The key id is a hint, and is
/// not looked at.
bool VerifiesMinisign(const MinisignSignature& signature, std::string_view message, const PublicKey& key);

}  // namespace hallmark
