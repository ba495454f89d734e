// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/origin.h"

#include <algorithm>
#include <array>

#include "lib/base/file.h"
#include "signing/document/signed_directory.h"

namespace hallmark {
namespace {

constexpr size_t kDigits = 40;
constexpr size_t kReadSize = 1 << 20;

Result<Sha1Digest> OriginOf(SignedDirectory& directory, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string text, directory.ReadSmallFile(name, kMaxOriginSize));
  return ParseOrigin(text).WithContext(name);
}

/// True if another file of the directory has the same origin: two files do not have the same SHA-1.
bool StandsElsewhere(SignedDirectory& directory, const std::string& own, const Sha1Digest& digest) {
  const Result<std::vector<std::string>> names = directory.Names();
  if (!names.ok()) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& name) {
    if (name == own || !name.starts_with('.') || !name.ends_with(".origin")) return false;
    const Result<Sha1Digest> other = OriginOf(directory, name);
    return other.ok() && *other == digest;
  });
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
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(DirectoryOf(path)));
  const std::string name = OriginName(path.filename().string());
  const Result<Sha1Digest> origin = OriginOf(directory, name);
  if (!origin.ok() && origin.error().kind != ErrorKind::kNotFound) return origin.error();
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
  ASSIGN_OR_RETURN(check.content, Sha1OfFile(file));
  if (!origin.ok()) return check;
  check.origin = *origin;
  check.verdict = *origin == check.content                    ? OriginVerdict::kContent
                  : StandsElsewhere(directory, name, *origin) ? OriginVerdict::kStamp
                                                              : OriginVerdict::kMismatch;
  return check;
}

}  // namespace hallmark
