// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/keyring.h"

#include <algorithm>

#include "lib/base/subprocess.h"
#include "lib/base/text.h"

namespace hallmark {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view kEnd = "-----END PGP PUBLIC KEY BLOCK-----";

/// Decodes the base64 between the blank line after the headers and the checksum.
Result<ByteVector> DearmorBlock(std::string_view block) {
  std::string base64;
  bool in_body = false;
  while (const auto taken = TakeLine(block)) {
    std::string line(*taken);
    std::erase_if(line, [](char c) { return c == '\r' || c == ' ' || c == '\t'; });
    // In a deb822 file a line with a single dot stands for the blank line.
    if (!in_body) {
      in_body = line.empty() || line == ".";
    } else if (line.starts_with('=')) {
      break;
    } else if (line != ".") {
      base64 += line;
    }
  }
  return FromBase64(base64);
}

}  // namespace

Result<ByteVector> DearmorKeys(std::string_view text) {
  ByteVector keys;
  size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) {
    const ByteSpan bytes = AsBytes(text);
    return ByteVector(bytes.begin(), bytes.end());
  }
  for (; begin != std::string_view::npos; begin = text.find(kBegin, begin)) {
    begin = std::min(text.find('\n', begin), text.size());
    const size_t end = text.find(kEnd, begin);
    if (end == std::string_view::npos) return CorruptError("an armoured key has no END line");
    // After the BEGIN line there may be headers, then a blank line.
    Result<ByteVector> block = DearmorBlock(text.substr(std::min(begin + 1, end), end - std::min(begin + 1, end)));
    if (!block.ok()) return std::move(block).error().WithContext("an armoured key");
    keys.insert(keys.end(), block->begin(), block->end());
    begin = end;
  }
  return keys;
}

Result<std::vector<Signature>> GoodSignatures(const std::filesystem::path& file, const std::filesystem::path& keyring) {
  ASSIGN_OR_RETURN(const CommandOutput output,
                   RunCommand({.argv = {"gpgv", "--status-fd", "1", "--keyring", keyring.string(), file.string()}}));
  constexpr std::string_view kValid = "[GNUPG:] VALIDSIG ";
  constexpr size_t kDigits = 40;
  std::vector<Signature> signatures;
  const std::string& text = output.standard_output;
  for (size_t at = text.find(kValid); at != std::string::npos; at = text.find(kValid, at + 1)) {
    const std::string line = text.substr(at, text.find('\n', at) - at);
    // The last word is the primary key's fingerprint (doc/DETAILS of GnuPG).
    const std::string last = line.substr(line.rfind(' ') + 1);
    if (last.size() == kDigits) signatures.push_back({last});
  }
  if (signatures.empty()) {
    return VerificationError(file.string() + ": not signed by a key of " + keyring.string() + "\n" +
                             output.standard_error);
  }
  return signatures;
}

}  // namespace hallmark
