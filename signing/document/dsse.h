// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"
#include "lib/json/json_value.h"

// DSSE v1, the envelope of in-toto: protocol.md and envelope.md of secure-systems-lab/dsse.

namespace hallmark {

struct EnvelopeSignature {
  std::string key_id;  ///< a hint that is never relied on; may be empty
  Ed25519Signature signature{};

  bool operator==(const EnvelopeSignature&) const = default;
};

struct Envelope {
  std::string payload_type;
  std::string payload;  ///< the signed bytes, not their base64
  std::vector<EnvelopeSignature> signatures;

  bool operator==(const Envelope&) const = default;
};

/// The payload type of an in-toto statement. Every manifest is one: signing/document/statement.h.
constexpr std::string_view kStatementPayloadType = "application/vnd.in-toto+json";
constexpr size_t kMaxEnvelopeSize = 4 << 20;  ///< bytes
constexpr size_t kMaxSignatures = 64;

/// The bytes to sign: "DSSEv1 TYPE-LENGTH TYPE PAYLOAD-LENGTH PAYLOAD", with lengths in decimal.
std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload);

/// The envelope as JSON, with standard base64.
JsonValue EnvelopeJson(const Envelope& envelope);
/// The text of EnvelopeJson().
std::string FormatEnvelope(const Envelope& envelope);

/// Parses an envelope. kCorrupt for unknown members, no signature, more than kMaxSignatures, or a signature that is not
/// the 64 bytes of Ed25519. The message names the member, or "NAME:LINE:COLUMN" if the text is not JSON. Order of
/// members and white space are free.
Result<Envelope> ParseEnvelope(std::string_view text, std::string_view name);

/// Adds a signature. Does nothing if one of the same key exists.
Result<void> AddSignature(Envelope& envelope, const Signer& signer);

/// The keys among `keys` that signed the envelope, each once, whatever the key ids say.
std::vector<PublicKey> KeysThatSigned(const Envelope& envelope, const std::vector<PublicKey>& keys);

/// A set of keys, and how many of them must sign.
struct KeyThreshold {
  uint64_t threshold = 1;
  std::vector<PublicKey> keys;

  bool operator==(const KeyThreshold&) const = default;
};

/// kVerification unless the payload type is `payload_type` and at least `required.threshold` (never 0) different keys
/// of `required` signed the envelope.
Result<void> VerifyEnvelope(const Envelope& envelope, std::string_view payload_type, const KeyThreshold& required);

}  // namespace hallmark
