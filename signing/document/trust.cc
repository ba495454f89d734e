// SPDX-License-Identifier: Apache-2.0
#include "signing/document/trust.h"

#include <algorithm>

#include "lib/base/file.h"
#include "lib/base/time.h"
#include "lib/json/json_value.h"

namespace hallmark {
namespace {

constexpr std::string_view kWhat = "trust file";
constexpr std::string_view kType = "urn:hallmark:trust:1";
constexpr size_t kSpkiSize = 44;

JsonValue RoleJson(const KeyThreshold& role) {
  JsonValue keys = JsonValue::Array();
  for (const PublicKey& key : role.keys) keys.Append(ToBase64(key.SpkiDer()));
  return JsonValue::Object({{"threshold", role.threshold}, {"keys", keys}});
}

std::string PayloadText(const TrustVersion& version) {
  return JsonValue::Object({{"_type", kType},
                            {"version", version.version},
                            {"expires", FormatUtc(version.expires)},
                            {"root", RoleJson(version.root)},
                            {"bundle", RoleJson(version.bundle)},
                            {"smolBin", RoleJson(version.smol_bin)}})
      .CanonicalText();
}

/// Parses a key: SubjectPublicKeyInfo in base64, which is the middle line of its PEM.
Result<PublicKey> ReadKey(const Json& json) {
  const std::optional<std::string> text = TextOf(json);
  if (!text) return CorruptError("a key that is not a text");
  ASSIGN_OR_RETURN(const ByteVector der, FromBase64(text->substr(0, 256)));
  if (der.size() != kSpkiSize) return CorruptError("not an Ed25519 public key");
  ASSIGN_OR_RETURN(const PublicKey key, PublicKey::FromBytes(ByteSpan(der).last(32)));
  if (key.SpkiDer() != der) return CorruptError("not an Ed25519 public key");
  return key;
}

KeyThreshold TakeRole(ObjectReader& parent, std::string_view name) {
  KeyThreshold role;
  ObjectReader reader(parent.Take(name), std::string(name));
  role.threshold = reader.TakeNumber("threshold");
  for (const Json* entry : TakeEntries(reader, "keys", kMaxKeysOfRole)) {
    const Result<PublicKey> key = ReadKey(*entry);
    if (key.ok()) {
      role.keys.push_back(*key);
    } else {
      reader.Refuse("keys", key.error().message);
    }
  }
  if (const Result<void> done = reader.Finish(); !done.ok()) parent.Refuse(name, done.error().message);
  return role;
}

/// Says which rule a role breaks; empty if it breaks none.
std::string BrokenRule(const KeyThreshold& role) {
  if (role.keys.size() > kMaxKeysOfRole) return "more than 32 keys";
  for (size_t i = 1; i < role.keys.size(); ++i) {
    if (role.keys[i] <= role.keys[i - 1]) return "a key twice, or not in order";
  }
  if (role.threshold == 0) return "a threshold of 0 would pass anything";
  if (role.threshold > role.keys.size()) {
    return "a threshold of " + std::to_string(role.threshold) + " with " + std::to_string(role.keys.size()) + " keys";
  }
  return {};
}

std::string BrokenRule(const TrustVersion& version) {
  for (const auto& [name, role] :
       {std::pair{"root", &version.root}, {"bundle", &version.bundle}, {"smolBin", &version.smol_bin}}) {
    if (const std::string rule = BrokenRule(*role); !rule.empty()) return std::string(name) + ": " + rule;
  }
  return {};
}

Result<TrustVersion> ReadPayload(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(text, kMaxTrustSize, "payload"));
  ObjectReader reader(document.json(), "");
  if (reader.TakeText("_type") != kType) reader.Refuse("_type", "not " + std::string(kType));
  TrustVersion version;
  version.version = reader.TakeNumber("version");
  const Result<uint64_t> expires = ParseUtc(reader.TakeText("expires"));
  if (expires.ok()) {
    version.expires = *expires;
  } else {
    reader.Refuse("expires", expires.error().message);
  }
  version.root = TakeRole(reader, "root");
  version.bundle = TakeRole(reader, "bundle");
  version.smol_bin = TakeRole(reader, "smolBin");
  RETURN_IF_ERROR(reader.Finish());
  if (const std::string rule = BrokenRule(version); !rule.empty()) return CorruptError(rule);
  if (PayloadText(version) != text) return CorruptError("payload: not in canonical form");
  return version;
}

/// Checks the signatures before it reads the signed text. The first version is an exception, because it contains its
/// own keys.
Result<TrustVersion> CheckVersion(const Envelope& envelope, const TrustVersion* previous) {
  if (previous != nullptr) {
    RETURN_IF_ERROR(VerifyEnvelope(envelope, kTrustPayloadType, previous->root)
                        .WithContext("by the keys of version " + std::to_string(previous->version)));
  }
  ASSIGN_OR_RETURN(TrustVersion version, ReadPayload(envelope.payload));
  RETURN_IF_ERROR(VerifyEnvelope(envelope, kTrustPayloadType, version.root).WithContext("by its own root keys"));
  const uint64_t expected = previous == nullptr ? 1 : previous->version + 1;
  if (version.version != expected) {
    return VerificationError("is version " + std::to_string(version.version) + " where version " +
                             std::to_string(expected) + " must be");
  }
  return version;
}

std::string FormatTrust(const std::vector<Envelope>& envelopes) {
  JsonValue chain = JsonValue::Array();
  for (const Envelope& envelope : envelopes) chain.Append(EnvelopeJson(envelope));
  return JsonValue::Object({{"_type", kType}, {"versions", chain}}).CanonicalText();
}

}  // namespace

Result<Trust> ParseTrust(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(text, kMaxTrustSize, kWhat));
  ObjectReader reader(document.json(), "");
  if (reader.TakeText("_type") != kType) reader.Refuse("_type", "not " + std::string(kType));
  const std::vector<const Json*> chain = TakeEntries(reader, "versions", kMaxTrustVersions);
  if (chain.empty()) reader.Refuse("versions", "none");
  RETURN_IF_ERROR(reader.Finish().WithContext(kWhat));
  Trust trust;
  for (const Json* entry : chain) {
    const std::string where = std::string(kWhat) + ": version " + std::to_string(trust.versions_.size() + 1);
    ASSIGN_OR_RETURN(Envelope envelope,
                     ParseEnvelope(JsonValue(*entry).CanonicalText(), "envelope").WithContext(where));
    ASSIGN_OR_RETURN(
        TrustVersion version,
        CheckVersion(envelope, trust.versions_.empty() ? nullptr : &trust.versions_.back()).WithContext(where));
    trust.versions_.push_back(std::move(version));
    trust.envelopes_.push_back(std::move(envelope));
  }
  return trust;
}

Result<Trust> LoadTrust(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kMaxTrustSize));
  return ParseTrust(text).WithContext(path.string());
}

Result<std::string> ExtendTrust(std::string_view text, const TrustVersion& next,
                                const std::vector<const Signer*>& signers) {
  std::vector<Envelope> envelopes;
  if (!text.empty()) {
    ASSIGN_OR_RETURN(Trust trust, ParseTrust(text));
    envelopes = std::move(trust.envelopes_);
  }
  if (const std::string rule = BrokenRule(next); !rule.empty()) return UsageError(rule);
  Envelope envelope{std::string(kTrustPayloadType), PayloadText(next), {}};
  for (const Signer* signer : signers) RETURN_IF_ERROR(AddSignature(envelope, *signer));
  if (envelope.signatures.empty()) return UsageError("no key to sign with");
  envelopes.push_back(std::move(envelope));
  std::string extended = FormatTrust(envelopes);
  if (Result<Trust> checked = ParseTrust(extended); !checked.ok()) {
    return UsageError(checked.error().message)
        .WithHint("sign with enough root keys, of the old version and of the new");
  }
  return extended;
}

Result<void> CheckTrustUpdate(const Trust& pinned, const Trust& offered, uint64_t now) {
  const auto& known = pinned.versions();
  if (offered.versions().size() < known.size()) {
    return VerificationError("the trust file went back from version " + std::to_string(known.size()) + " to " +
                             std::to_string(offered.versions().size()));
  }
  for (size_t i = 0; i < known.size(); ++i) {
    if (!(offered.versions()[i] == known[i])) {
      return VerificationError("version " + std::to_string(i + 1) + " of the trust file is another than the known one");
    }
  }
  if (offered.newest().expires <= now) {
    return VerificationError("the trust file expired at " + FormatUtc(offered.newest().expires));
  }
  return {};
}

}  // namespace hallmark
