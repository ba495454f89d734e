// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/sums.h"

#include <algorithm>
#include <array>
#include <set>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "signing/bundle/sidecar.h"
#include "signing/document/file_names.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxSums = 1 << 20;
constexpr size_t kSumDigits = 64;
constexpr uint64_t kMaxSmallFile = 8 << 20;

/// The files of a bundle that are not artifacts, so the manifest does not list them.
constexpr std::array<std::string_view, 4> kSmallFiles = {kManifestName, kEnvelopeName, kMinisigName, kTrustName};

/// True for a name that can't lead out of its directory or look like something else to a person: no '/', no control
/// character, not "..".
bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

Result<Sum> ParseSumLine(std::string_view line) {
  if (line.size() < kSumDigits + 3 || line[kSumDigits] != ' ' ||
      (line[kSumDigits + 1] != ' ' && line[kSumDigits + 1] != '*')) {
    return CorruptError("not a digest, two blanks and a name");
  }
  const std::string_view digits = line.substr(0, kSumDigits);
  const Result<ByteVector> digest = FromHex(digits);
  if (!digest.ok() || ToHex(*digest) != digits) return CorruptError("not 64 lower-case hexadecimal digits");
  Sum sum;
  sum.name = line.substr(kSumDigits + 2);
  if (!IsPlainName(sum.name)) return CorruptError("not the plain name of a file");
  std::copy(digest->begin(), digest->end(), sum.sha256.begin());
  return sum;
}

/// The lines that SHA256SUMS must have.
Result<std::vector<Sum>> ExpectedSums(SignedDirectory& bundle, const Manifest& manifest,
                                      const std::map<std::string_view, std::string>& texts) {
  std::vector<Sum> sums;
  for (const Artifact& artifact : manifest.artifacts) {
    if (IsShipped(artifact.role)) sums.push_back({manifest.FileName(artifact.role), artifact.sha256});
  }
  for (const std::string_view name : kSmallFiles) {
    std::optional<std::string> text;
    if (const auto replaced = texts.find(name); replaced != texts.end()) {
      text = replaced->second;
    } else {
      ASSIGN_OR_RETURN(text, bundle.ReadIfPresent(name, kMaxSmallFile));
    }
    if (text) sums.push_back({std::string(name), Sha256(AsBytes(*text))});
  }
  return sums;
}

/// The first difference between a list and the expected one; empty if they agree.
std::string Difference(const std::vector<Sum>& sums, const std::vector<Sum>& expected) {
  for (const Sum& sum : sums) {
    const auto found = std::find_if(expected.begin(), expected.end(), [&](const Sum& e) { return e.name == sum.name; });
    if (found == expected.end()) return sum.name + ": not a file of this bundle";
    if (found->sha256 != sum.sha256) return sum.name + ": another digest";
  }
  return sums.size() == expected.size() ? "" : "does not list every file of this bundle";
}

}  // namespace

std::string FormatSums(const std::vector<Sum>& sums) {
  std::string text;
  for (const Sum& sum : sums) text.append(ToHex(sum.sha256)).append("  ").append(sum.name).append("\n");
  return text;
}

Result<std::vector<Sum>> ParseSums(std::string_view text) {
  if (text.size() > kMaxSums) return CorruptError("larger than 1 MiB");
  std::vector<Sum> sums;
  std::set<std::string, std::less<>> names;
  while (!text.empty()) {
    const std::string where = "line " + std::to_string(sums.size() + 1);
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return CorruptError(where + ": no newline at its end");
    ASSIGN_OR_RETURN(Sum sum, ParseSumLine(text.substr(0, end)).WithContext(where));
    if (!names.insert(sum.name).second) return CorruptError(where + ": a name twice");
    sums.push_back(std::move(sum));
    text.remove_prefix(end + 1);
  }
  return sums;
}

Result<std::string> MakeBundleSums(SignedDirectory& bundle, const Manifest& manifest,
                                   const std::map<std::string_view, std::string>& texts) {
  ASSIGN_OR_RETURN(const std::vector<Sum> sums, ExpectedSums(bundle, manifest, texts));
  return FormatSums(sums);
}

Result<void> WriteBundleSums(const std::filesystem::path& bundle, const Manifest& manifest) {
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(bundle));
  ASSIGN_OR_RETURN(const std::string text, MakeBundleSums(directory, manifest, {}));
  return WriteFileAtomically(bundle / kSumsName, AsBytes(text));
}

Result<std::optional<Finding>> CheckBundleSums(SignedDirectory& bundle, const Manifest& manifest) {
  const std::string name(kSumsName);
  const auto malformed = [&](const Error& error) {
    return std::optional(Finding{Verdict::kMalformed, name, error.message});
  };
  ASSIGN_OR_RETURN(Sidecar sidecar, ReadSidecar(bundle, kSumsName, kMaxSums));
  if (!sidecar.text) return std::move(sidecar.finding);
  const Result<std::vector<Sum>> sums = ParseSums(*sidecar.text);
  if (!sums.ok()) return malformed(sums.error());
  const Result<std::vector<Sum>> expected = ExpectedSums(bundle, manifest, {});
  if (!expected.ok())
    return IsFormatError(expected.error()) ? malformed(expected.error())
                                           : Result<std::optional<Finding>>(expected.error());
  const std::string difference = Difference(*sums, *expected);
  if (difference.empty()) return std::optional<Finding>();
  return std::optional(Finding{Verdict::kSums, name, difference});
}

}  // namespace hallmark
