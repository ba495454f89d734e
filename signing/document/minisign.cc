// SPDX-License-Identifier: Apache-2.0
#include "signing/document/minisign.h"

#include <algorithm>
#include <vector>

#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

constexpr std::string_view kUntrusted = "untrusted comment: ";
constexpr std::string_view kTrusted = "trusted comment: ";
constexpr std::string_view kAlgorithm = "Ed";
constexpr std::string_view kPrehashedAlgorithm = "ED";
constexpr size_t kKeySize = 2 + 8 + 32;
constexpr size_t kSignatureSize = 2 + 8 + 64;
constexpr size_t kGlobalSignatureSize = 64;
constexpr size_t kMaxLine = 8192;  // minisign's own limit for a trusted comment

/// Minisign prints a key's id as a number, that is with the bytes in reverse order.
std::string KeyNumber(const MinisignKeyId& id) {
  std::string text = ToHex(MinisignKeyId{id[7], id[6], id[5], id[4], id[3], id[2], id[1], id[0]});
  for (char& c : text) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

/// Removes the first line, and returns it without its "\n" or "\r\n".
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

template <size_t kSize>
std::array<uint8_t, kSize> ArrayAt(const ByteVector& bytes, size_t offset) {
  std::array<uint8_t, kSize> array;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), kSize, array.begin());
  return array;
}

ByteVector GlobalMessage(const MinisignSignature& signature) {
  ByteVector message(signature.signature.begin(), signature.signature.end());
  message.insert(message.end(), signature.trusted_comment.begin(), signature.trusted_comment.end());
  return message;
}

}  // namespace

MinisignKeyId DeriveMinisignKeyId(const PublicKey& key) {
  MinisignKeyId id;
  const Sha256Digest digest = Sha256(key.SpkiDer());
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

Result<MinisignPublicKey> ParseMinisignPublicKey(std::string_view text) {
  std::string_view line = TakeLine(text);
  if (line.starts_with(kUntrusted)) line = TakeLine(text);
  const Result<ByteVector> bytes = FromBase64(line.substr(0, kMaxLine));
  if (!bytes.ok() || bytes->size() != kKeySize || AsText(*bytes).substr(0, 2) != kAlgorithm) {
    return CorruptError("not a minisign public key");
  }
  return MinisignPublicKey{ArrayAt<8>(*bytes, 2), PublicKey(ArrayAt<32>(*bytes, 10))};
}

std::string FormatMinisignPublicKey(const MinisignPublicKey& key) {
  std::string bytes(kAlgorithm);
  bytes.append(AsText(key.id)).append(AsText(key.key.bytes()));
  return std::string(kUntrusted) + "minisign public key " + KeyNumber(key.id) + "\n" + ToBase64(AsBytes(bytes)) + "\n";
}

std::string FormatMinisign(const MinisignSignature& signature) {
  std::string bytes(signature.prehashed ? kPrehashedAlgorithm : kAlgorithm);
  bytes.append(AsText(signature.key_id)).append(AsText(signature.signature));
  std::string text(kUntrusted);
  text.append(signature.untrusted_comment).append("\n").append(ToBase64(AsBytes(bytes))).append("\n");
  text.append(kTrusted).append(signature.trusted_comment).append("\n");
  return text.append(ToBase64(signature.global_signature)).append("\n");
}

Result<MinisignSignature> ParseMinisign(std::string_view text, size_t* line_at_fault) {
  const auto refuse = [&](size_t line, std::string cause, ErrorKind kind = ErrorKind::kCorrupt) {
    if (line_at_fault != nullptr) *line_at_fault = line;
    return Error{kind, std::move(cause), ""};
  };
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < 5) lines.push_back(TakeLine(text));
  if (lines.size() != 4) return refuse(0, "not of four lines");
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].size() > kMaxLine) return refuse(i + 1, "a line of more than 8192 bytes");
    if (lines[i].find('\0') != std::string_view::npos || lines[i].find('\r') != std::string_view::npos) {
      return refuse(i + 1, "a control character");
    }
  }
  if (!lines[0].starts_with(kUntrusted)) return refuse(1, "no untrusted comment");
  if (!lines[2].starts_with(kTrusted)) return refuse(3, "no trusted comment");
  const Result<ByteVector> blob = FromBase64(lines[1]);
  if (!blob.ok()) return refuse(2, blob.error().message);
  const Result<ByteVector> global = FromBase64(lines[3]);
  if (!global.ok()) return refuse(4, global.error().message);
  if (blob->size() != kSignatureSize) return refuse(2, "not of 74 bytes");
  if (global->size() != kGlobalSignatureSize) return refuse(4, "not of 64 bytes");
  const std::string_view algorithm = AsText(*blob).substr(0, 2);
  if (algorithm != kAlgorithm && algorithm != kPrehashedAlgorithm) {
    return refuse(2, "unknown algorithm", ErrorKind::kUnsupported);
  }
  MinisignSignature signature;
  signature.untrusted_comment = lines[0].substr(kUntrusted.size());
  signature.prehashed = algorithm == kPrehashedAlgorithm;
  signature.key_id = ArrayAt<8>(*blob, 2);
  signature.signature = ArrayAt<64>(*blob, 10);
  signature.trusted_comment = lines[2].substr(kTrusted.size());
  signature.global_signature = ArrayAt<kGlobalSignatureSize>(*global, 0);
  return signature;
}

Result<MinisignSignature> SignMinisign(std::string_view message, std::string trusted_comment, const Signer& signer) {
  if (trusted_comment.size() + kTrusted.size() > kMaxLine || trusted_comment.find('\n') != std::string::npos ||
      trusted_comment.find('\r') != std::string::npos || trusted_comment.find('\0') != std::string::npos) {
    return UsageError("a trusted comment is one line of at most 8175 bytes");
  }
  MinisignSignature signature;
  signature.key_id = DeriveMinisignKeyId(signer.public_key());
  signature.untrusted_comment = "signature from key " + KeyNumber(signature.key_id);
  ASSIGN_OR_RETURN(signature.signature, signer.Sign(Blake2b512(AsBytes(message))));
  signature.trusted_comment = std::move(trusted_comment);
  ASSIGN_OR_RETURN(signature.global_signature, signer.Sign(GlobalMessage(signature)));
  return signature;
}

bool VerifiesMinisign(const MinisignSignature& signature, std::string_view message, const PublicKey& key) {
  const bool good = signature.prehashed ? key.Verifies(Blake2b512(AsBytes(message)), signature.signature)
                                        : key.Verifies(AsBytes(message), signature.signature);
  return good && key.Verifies(GlobalMessage(signature), signature.global_signature);
}

}  // namespace hallmark
