// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"

// Keys and signatures of minisign: minisign(1), and src/minisign.h of jedisct1/minisign. Public keys of signify have
// the same form.

namespace hallmark {

using MinisignKeyId = std::array<uint8_t, 8>;

struct MinisignPublicKey {
  MinisignKeyId id{};
  PublicKey key;

  bool operator==(const MinisignPublicKey&) const = default;
};

/// The id that minisign shows for our key: the first 8 bytes of PublicKey::Id().
MinisignKeyId DeriveMinisignKeyId(const PublicKey& key);

/// Parses a public key file of minisign, or only its line of base64. kCorrupt or kUnsupported for anything else.
Result<MinisignPublicKey> ParseMinisignPublicKey(std::string_view text);
/// The two lines of a public key file: an untrusted comment with the key's id, and the key.
std::string FormatMinisignPublicKey(const MinisignPublicKey& key);

struct MinisignSignature {
  std::string untrusted_comment;
  bool prehashed = true;  ///< signs BLAKE2b-512 of the file ("ED"), not the file itself ("Ed")
  MinisignKeyId key_id{};
  Ed25519Signature signature{};
  std::string trusted_comment;
  Ed25519Signature global_signature{};  ///< over the signature and the trusted comment

  bool operator==(const MinisignSignature&) const = default;
};

/// The four lines of a .minisig file.
std::string FormatMinisign(const MinisignSignature& signature);
/// Parses a .minisig file. kCorrupt or kUnsupported for anything else; the message is only the cause. `*line_at_fault`
/// gets the line, from 1, or 0 for the text as a whole.
Result<MinisignSignature> ParseMinisign(std::string_view text, size_t* line_at_fault = nullptr);

/// Signs `message` in prehashed form, as minisign does by default. `trusted_comment` is one line.
Result<MinisignSignature> SignMinisign(std::string_view message, std::string trusted_comment, const Signer& signer);

/// True if `key` made both signatures, the one over `message` and the one over the trusted comment. Ignores the key id,
/// which is only a hint.
bool VerifiesMinisign(const MinisignSignature& signature, std::string_view message, const PublicKey& key);

}  // namespace hallmark
