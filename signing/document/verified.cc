// SPDX-License-Identifier: Apache-2.0
#include "signing/document/verified.h"

#include "lib/base/bytes.h"
#include "signing/document/dsse.h"

namespace hallmark {
namespace {

/// True if each signature by one of `keys` names that key: for a key that we know, the id must be right.
bool NamesItsKeys(const Envelope& envelope, const std::vector<PublicKey>& keys) {
  const std::string signed_bytes = PreAuthEncoding(envelope.payload_type, envelope.payload);
  for (const EnvelopeSignature& signature : envelope.signatures) {
    for (const PublicKey& key : keys) {
      if (key.Verifies(AsBytes(signed_bytes), signature.signature) && signature.key_id != key.Id()) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<Finding> CheckSignatures(const SignedTexts& texts, const SigningRules& rules, const Trust& trust) {
  const std::string envelope_name(rules.envelope_name);
  const KeyThreshold& required = trust.newest().*rules.role;
  const Result<Envelope> envelope = ParseEnvelope(texts.envelope, rules.envelope_name);
  if (!envelope.ok()) return Finding{Verdict::kMalformed, envelope_name, envelope.error().message};
  if (const Result<void> enough = VerifyEnvelope(*envelope, rules.payload_type, required); !enough.ok()) {
    return Finding{Verdict::kUntrusted, envelope_name, enough.error().message};
  }
  if (envelope->payload != texts.document) {
    return Finding{Verdict::kUntrusted, std::string(rules.name), "is not what " + envelope_name + " signs"};
  }
  if (!rules.canonical_envelope) return std::nullopt;
  if (FormatEnvelope(*envelope) != texts.envelope) {
    return Finding{Verdict::kMalformed, envelope_name, "not in canonical form"};
  }
  if (!NamesItsKeys(*envelope, required.keys)) {
    return Finding{Verdict::kMalformed, envelope_name, "names another key than the one that signed"};
  }
  return std::nullopt;
}

}  // namespace hallmark
