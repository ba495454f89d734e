// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"
#include "lib/json/json_value.h"

// DSSE v1, the envelope of in-toto: secure-systems-lab/dsse, protocol.md and envelope.md.

namespace hallmark {

struct EnvelopeSignature {
  std::string key_id;  ///< a hint, never a proof; may be empty
  Ed25519Signature signature{};

  bool operator==(const EnvelopeSignature&) const = default;
};

struct Envelope {
  std::string payload_type;
  std::string payload;  ///< the signed bytes themselves, not their base64
  std::vector<EnvelopeSignature> signatures;

  bool operator==(const Envelope&) const = default;
};

/// in-toto's payload type for a statement, which every manifest is: signing/document/statement.h.
constexpr std::string_view kStatementPayloadType = "application/vnd.in-toto+json";
constexpr size_t kMaxEnvelopeSize = 4 << 20;  ///< bytes
constexpr size_t kMaxSignatures = 64;

/// What is signed: "DSSEv1 TYPE-LENGTH TYPE PAYLOAD-LENGTH PAYLOAD", lengths in decimal.
std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload);

/// The envelope as JSON, with standard base64, and its text.
JsonValue EnvelopeJson(const Envelope& envelope);
std::string FormatEnvelope(const Envelope& envelope);

/// Reads an envelope. kCorrupt on unknown members, no signature at all, more than kMaxSignatures, or one that is not
/// the 64 bytes of Ed25519: the message names the member, or "NAME:LINE:COLUMN" of what is not even JSON. Other writers
/// may order and space its JSON as they like.
Result<Envelope> ParseEnvelope(std::string_view text, std::string_view name);

/// Adds a signature, unless one of the same key is there: signing twice changes nothing.
Result<void> AddSignature(Envelope& envelope, const Signer& signer);

/// Which of `keys` signed the envelope: each at most once, whatever key ids say, however many signatures it made.
std::vector<PublicKey> KeysThatSigned(const Envelope& envelope, const std::vector<PublicKey>& keys);

/// A set of keys and how many of them must sign.
struct KeyThreshold {
  uint64_t threshold = 1;
  std::vector<PublicKey> keys;

  bool operator==(const KeyThreshold&) const = default;
};

/// kVerification unless at least `required.threshold` (never 0) distinct keys of `required` signed the envelope, and
/// unless its payload type is `payload_type`.
Result<void> VerifyEnvelope(const Envelope& envelope, std::string_view payload_type, const KeyThreshold& required);

}  // namespace hallmark
