// SPDX-License-Identifier: Apache-2.0
#include "signing/document/dsse.h"

#include <algorithm>

#include "lib/base/printable.h"
#include "lib/json/json_value.h"

namespace hallmark {
namespace {

Result<EnvelopeSignature> ReadSignature(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  EnvelopeSignature signature;
  if (reader.Has("keyid")) signature.key_id = reader.TakeText("keyid", 1024);
  const Result<ByteVector> bytes = FromBase64(reader.TakeText("sig", 1024));
  if (!bytes.ok()) {
    reader.Refuse("sig", bytes.error().message);
  } else if (bytes->size() != signature.signature.size()) {
    reader.Refuse("sig", "not the 64 bytes of an Ed25519 signature");
  } else {
    std::copy(bytes->begin(), bytes->end(), signature.signature.begin());
  }
  RETURN_IF_ERROR(reader.Finish());
  return signature;
}

}  // namespace

std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload) {
  std::string text = "DSSEv1 " + std::to_string(payload_type.size()) + " ";
  text.append(payload_type).append(" ").append(std::to_string(payload.size())).append(" ").append(payload);
  return text;
}

JsonValue EnvelopeJson(const Envelope& envelope) {
  JsonValue signatures = JsonValue::Array();
  for (const EnvelopeSignature& signature : envelope.signatures) {
    signatures.Append(JsonValue::Object({{"keyid", signature.key_id}, {"sig", ToBase64(signature.signature)}}));
  }
  return JsonValue::Object({{"payload", ToBase64(AsBytes(envelope.payload))},
                            {"payloadType", envelope.payload_type},
                            {"signatures", signatures}});
}

std::string FormatEnvelope(const Envelope& envelope) { return EnvelopeJson(envelope).CanonicalText(); }

Result<Envelope> ParseEnvelope(std::string_view text, std::string_view name) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(text, kMaxEnvelopeSize, name));
  ObjectReader reader(document.json(), "");
  Envelope envelope;
  envelope.payload_type = reader.TakeText("payloadType");
  const Result<ByteVector> payload = FromBase64(reader.TakeText("payload", kMaxEnvelopeSize));
  if (!payload.ok()) {
    reader.Refuse("payload", payload.error().message);
  } else {
    envelope.payload = AsText(*payload);
  }
  const std::vector<const Json*> signatures = TakeEntries(reader, "signatures", kMaxSignatures);
  if (signatures.empty()) reader.Refuse("signatures", "none");
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < signatures.size(); ++i) {
    ASSIGN_OR_RETURN(EnvelopeSignature signature,
                     ReadSignature(*signatures[i], "signatures[" + std::to_string(i) + "]"));
    envelope.signatures.push_back(std::move(signature));
  }
  return envelope;
}

Result<void> AddSignature(Envelope& envelope, const Signer& signer) {
  const PublicKey key = signer.public_key();
  if (!KeysThatSigned(envelope, {key}).empty()) return {};
  if (envelope.signatures.size() >= kMaxSignatures) return UsageError("the envelope holds 64 signatures already");
  const std::string message = PreAuthEncoding(envelope.payload_type, envelope.payload);
  ASSIGN_OR_RETURN(const Ed25519Signature signature, signer.Sign(AsBytes(message)));
  envelope.signatures.push_back({key.Id(), signature});
  return {};
}

std::vector<PublicKey> KeysThatSigned(const Envelope& envelope, const std::vector<PublicKey>& keys) {
  const std::string message = PreAuthEncoding(envelope.payload_type, envelope.payload);
  std::vector<PublicKey> signed_by;
  for (const PublicKey& key : keys) {
    if (std::find(signed_by.begin(), signed_by.end(), key) != signed_by.end()) continue;
    if (std::any_of(envelope.signatures.begin(), envelope.signatures.end(), [&](const EnvelopeSignature& signature) {
          return key.Verifies(AsBytes(message), signature.signature);
        })) {
      signed_by.push_back(key);
    }
  }
  return signed_by;
}

Result<void> VerifyEnvelope(const Envelope& envelope, std::string_view payload_type, const KeyThreshold& required) {
  if (required.threshold == 0) return VerificationError("a threshold of 0 would pass anything");
  if (envelope.payload_type != payload_type) {
    return VerificationError("signed as '" + Printable(envelope.payload_type) + "' and not as '" +
                             std::string(payload_type) + "'");
  }
  const size_t count = KeysThatSigned(envelope, required.keys).size();
  if (count >= required.threshold) return {};
  if (count == 0) return VerificationError("not signed by a trusted key");
  return VerificationError("signed by " + std::to_string(count) + " trusted key" + (count == 1 ? "" : "s") +
                           " of the " + std::to_string(required.threshold) + " that are required");
}

}  // namespace hallmark
