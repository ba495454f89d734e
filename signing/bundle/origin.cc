// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/origin.h"

#include <algorithm>
#include <array>
#include <set>

#include "lib/base/file.h"
#include "signing/document/bundle_file.h"

namespace hallmark {
namespace {

constexpr size_t kDigits = 40;
constexpr uint64_t kMaxOrigin = 64;
constexpr uint64_t kMaxSums = 1 << 20;
constexpr size_t kSumDigits = 64;
constexpr uint64_t kMaxSmallFile = 8 << 20;
constexpr size_t kReadSize = 1 << 20;

/// The files of a bundle that are no artifacts, and that the manifest therefore does not list.
constexpr std::array<std::string_view, 4> kSmallFiles = {kManifestName, kEnvelopeName, kMinisigName, kTrustName};

/// A name that can't lead out of its directory, nor hide from a person: no '/', no control character, no "..".
bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

/// True if another file of the directory has the same origin: two files can't have one SHA-1.
bool StandsElsewhere(const std::filesystem::path& file, const Sha1Digest& digest) {
  std::error_code error;
  const std::filesystem::path directory = DirectoryOf(file);
  const std::string own = OriginName(file.filename().string());
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name == own || !name.starts_with('.') || !name.ends_with(".origin")) continue;
    const Result<std::string> text = ReadBundleFile(directory, name, kMaxOrigin);
    if (!text.ok()) continue;
    const Result<Sha1Digest> other = ParseOrigin(*text);
    if (other.ok() && *other == digest) return true;
  }
  return false;
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

/// What SHA256SUMS must hold.
Result<std::vector<Sum>> ExpectedSums(const std::filesystem::path& bundle, const Manifest& manifest,
                                      const std::map<std::string_view, std::string>& texts) {
  std::vector<Sum> sums;
  for (const Artifact& artifact : manifest.artifacts) {
    if (IsShipped(artifact.role)) sums.push_back({manifest.FileName(artifact.role), artifact.sha256});
  }
  for (const std::string_view name : kSmallFiles) {
    const auto replaced = texts.find(name);
    const Result<std::string> text =
        replaced == texts.end() ? ReadBundleFile(bundle, name, kMaxSmallFile) : Result<std::string>(replaced->second);
    if (text.ok()) {
      sums.push_back({std::string(name), Sha256(AsBytes(*text))});
    } else if (text.error().kind != ErrorKind::kNotFound) {
      return text.error();
    }
  }
  return sums;
}

}  // namespace

std::string OriginName(std::string_view file_name) { return "." + std::string(file_name) + ".origin"; }

Result<Sha1Digest> ParseOrigin(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const Result<ByteVector> bytes = FromHex(text);
  if (text.size() != kDigits || !bytes.ok()) return CorruptError("not the 40 hexadecimal digits of a SHA-1");
  Sha1Digest digest;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

Result<Sha1Digest> ReadOrigin(const std::filesystem::path& file) {
  const std::string name = OriginName(file.filename().string());
  ASSIGN_OR_RETURN(const std::string text, ReadBundleFile(file.parent_path(), name, kMaxOrigin));
  return ParseOrigin(text).WithContext(name);
}

Result<void> WriteOrigin(const std::filesystem::path& file, const Sha1Digest& digest) {
  return WriteFileAtomically(file.parent_path() / OriginName(file.filename().string()), AsBytes(ToHex(digest)));
}

Result<Sha1Digest> Sha1OfFile(const File& file) {
  Sha1Hasher hasher;
  ByteVector buffer(kReadSize);
  for (uint64_t offset = 0;; offset += buffer.size()) {
    ASSIGN_OR_RETURN(const size_t n, file.ReadUpTo(offset, buffer));
    hasher.Update(ByteSpan(buffer).first(n));
    if (n < buffer.size()) return hasher.Finish();
  }
}

std::string_view OriginVerdictName(OriginVerdict verdict) {
  static constexpr std::array<std::string_view, 4> kNames = {"content", "stamp", "mismatch", "missing"};
  return kNames[static_cast<size_t>(verdict)];
}

Result<OriginCheck> CheckOrigin(const std::filesystem::path& path) {
  OriginCheck check;
  const Result<Sha1Digest> origin = ReadOrigin(path);
  if (!origin.ok() && origin.error().kind != ErrorKind::kNotFound) return origin.error();
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
  ASSIGN_OR_RETURN(check.content, Sha1OfFile(file));
  if (!origin.ok()) return check;
  check.origin = *origin;
  check.verdict = *origin == check.content         ? OriginVerdict::kContent
                  : StandsElsewhere(path, *origin) ? OriginVerdict::kStamp
                                                   : OriginVerdict::kMismatch;
  return check;
}

std::string FormatSums(const std::vector<Sum>& sums) {
  std::string text;
  for (const Sum& sum : sums) text.append(ToHex(sum.sha256)).append("  ").append(sum.name).append("\n");
  return text;
}

Result<std::vector<Sum>> ParseSums(std::string_view text) {
  if (text.size() > kMaxSums) return CorruptError("SHA256SUMS: larger than 1 MiB");
  std::vector<Sum> sums;
  std::set<std::string, std::less<>> names;
  while (!text.empty()) {
    const std::string where = "SHA256SUMS: line " + std::to_string(sums.size() + 1);
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return CorruptError(where + ": no newline at its end");
    ASSIGN_OR_RETURN(Sum sum, ParseSumLine(text.substr(0, end)).WithContext(where));
    if (!names.insert(sum.name).second) return CorruptError(where + ": a name twice");
    sums.push_back(std::move(sum));
    text.remove_prefix(end + 1);
  }
  return sums;
}

Result<std::string> MakeBundleSums(const std::filesystem::path& bundle, const Manifest& manifest,
                                   const std::map<std::string_view, std::string>& texts) {
  ASSIGN_OR_RETURN(const std::vector<Sum> sums, ExpectedSums(bundle, manifest, texts));
  return FormatSums(sums);
}

Result<void> WriteBundleSums(const std::filesystem::path& bundle, const Manifest& manifest) {
  ASSIGN_OR_RETURN(const std::string text, MakeBundleSums(bundle, manifest, {}));
  return WriteFileAtomically(bundle / kSumsName, AsBytes(text));
}

Result<void> CheckBundleSums(const std::filesystem::path& bundle, const Manifest& manifest) {
  const Result<std::string> text = ReadBundleFile(bundle, kSumsName, kMaxSums);
  if (!text.ok()) return text.error().kind == ErrorKind::kNotFound ? Result<void>() : Result<void>(text.error());
  ASSIGN_OR_RETURN(const std::vector<Sum> sums, ParseSums(*text));
  ASSIGN_OR_RETURN(const std::vector<Sum> expected, ExpectedSums(bundle, manifest, {}));
  for (const Sum& sum : sums) {
    const auto found = std::find_if(expected.begin(), expected.end(), [&](const Sum& e) { return e.name == sum.name; });
    if (found == expected.end()) return VerificationError("SHA256SUMS: " + sum.name + ": not a file of this bundle");
    if (found->sha256 != sum.sha256) return VerificationError("SHA256SUMS: " + sum.name + ": another digest");
  }
  if (sums.size() != expected.size()) return VerificationError("SHA256SUMS: does not list every file of this bundle");
  return {};
}

}  // namespace hallmark
