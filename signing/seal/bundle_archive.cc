// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/bundle_archive.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "lib/archive/tar.h"
#include "lib/base/output_directory.h"
#include "signing/bundle/origin.h"
#include "signing/bundle/sums.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/document/signed_directory.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kStep = 1 << 20;
constexpr uint64_t kMaxSmall = 64 << 10;  // limit for manifest.json.minisig and SHA256SUMS

/// A small file's name in the archive, and the most bytes that it may have. The table has the order of the archive.
struct SmallFile {
  std::string name;
  uint64_t limit = 0;
  bool required = false;
};

std::vector<SmallFile> SmallSignedFiles() {
  return {{std::string(kTrustName), kMaxTrustSize, false},
          {std::string(kManifestName), kMaxManifestSize, true},
          {std::string(kEnvelopeName), kMaxEnvelopeSize, true}};
}

std::vector<SmallFile> Sidecars(const Manifest& manifest) {
  std::vector<SmallFile> files = {{std::string(kMinisigName), kMaxSmall}, {std::string(kSumsName), kMaxSmall}};
  for (const Artifact& artifact : manifest.artifacts) {
    files.push_back({OriginName(manifest.FileName(artifact.role)), kMaxOriginSize});
  }
  return files;
}

Result<void> ExportSmallFile(SignedDirectory& bundle, const SmallFile& file, TarGzWriter& writer) {
  const Result<std::string> text = bundle.ReadSmallFile(file.name, file.limit);
  if (!text.ok() && text.error().kind == ErrorKind::kNotFound && !file.required) return {};
  if (!text.ok()) return Error(text.error()).WithHint("only signed bundles can be exported: hallmark sign");
  RETURN_IF_ERROR(writer.Begin(file.name, text->size()));
  return writer.Write(AsBytes(*text));
}

Result<void> ExportArtifact(const SignedDirectory& bundle, const std::string& name, const Artifact& artifact,
                            TarGzWriter& writer, Progress& progress) {
  const auto differs = [&] { return VerificationError(name + ": is not what the manifest says"); };
  ASSIGN_OR_RETURN(const File file, bundle.OpenFile(name));
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size != artifact.size) return differs();
  RETURN_IF_ERROR(writer.Begin(name, size));
  Sha256Hasher hasher;
  ByteVector buffer(std::min(size, kStep));
  for (uint64_t offset = 0; offset < size;) {
    const MutableByteSpan part = MutableByteSpan(buffer).first(std::min(kStep, size - offset));
    RETURN_IF_ERROR(file.ReadAt(offset, part));
    hasher.Update(part);
    RETURN_IF_ERROR(writer.Write(part));
    offset += part.size();
    progress.Advance(part.size(), name);
  }
  return hasher.Finish() == artifact.sha256 ? Result<void>() : differs();
}

/// A name chosen by somebody else, in a form fit for a message.
std::string Printable(std::string_view name) {
  constexpr size_t kMaxShown = 100;
  std::string text = "'";
  for (const char c : name.substr(0, kMaxShown)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (name.size() > kMaxShown ? "...'" : "'");
}

/// Reads one archive; see ImportBundle().
class Importer {
 public:
  Importer(const File& archive, TarGzReader& reader, OutputDirectory& directory, Progress& progress)
      : archive_(archive), reader_(reader), directory_(directory), progress_(progress) {}

  /// Reads the first members, up to the envelope. kCorrupt if any other member comes before it.
  Result<ManifestTexts> TakeTexts();
  /// Reads all other members, as far as the manifest has a place for them.
  Result<void> TakeFiles(const Manifest& manifest);

 private:
  /// kCorrupt unless the member is a plain file that occurs for the first time, has a name in `limits`, and is not
  /// larger than its limit there.
  Result<void> CheckMember(const TarGzReader::Member& member, const std::map<std::string, uint64_t>& limits) const;
  Result<void> Copy(const TarGzReader::Member& member);
  [[nodiscard]] Error Bad(const TarGzReader::Member& member, const std::string& reason) const {
    return CorruptError(archive_.path() + ": " + Printable(member.name) + " " + reason);
  }

  const File& archive_;
  TarGzReader& reader_;
  OutputDirectory& directory_;
  Progress& progress_;
  std::map<std::string, uint64_t> taken_;  // name and size
};

Result<void> Importer::CheckMember(const TarGzReader::Member& member,
                                   const std::map<std::string, uint64_t>& limits) const {
  const auto limit = limits.find(member.name);
  if (limit == limits.end()) return Bad(member, "has no place in a bundle");
  if (!member.regular) return Bad(member, "is not a regular file");
  if (taken_.contains(member.name)) return Bad(member, "is there twice");
  if (member.size > limit->second) return Bad(member, "is larger than it may be");
  return {};
}

Result<void> Importer::Copy(const TarGzReader::Member& member) {
  ASSIGN_OR_RETURN(const File* file, directory_.NewFile(member.name));
  ByteVector buffer(kStep);
  uint64_t offset = 0;
  while (true) {
    ASSIGN_OR_RETURN(const size_t length, reader_.Read(buffer));
    if (length == 0) break;
    if (length > member.size - offset) return Bad(member, "is larger than it says");
    RETURN_IF_ERROR(file->WriteAt(offset, ByteSpan(buffer).first(length)));
    offset += length;
    progress_.Advance(length, member.name);
  }
  if (offset != member.size) return Bad(member, "is shorter than it says");
  taken_.emplace(member.name, member.size);
  return {};
}

Result<ManifestTexts> Importer::TakeTexts() {
  std::map<std::string, uint64_t> limits;
  for (const SmallFile& file : SmallSignedFiles()) limits[file.name] = file.limit;
  std::map<std::string, std::string> texts;
  while (!texts.contains(std::string(kManifestName)) || !texts.contains(std::string(kEnvelopeName))) {
    ASSIGN_OR_RETURN(const std::optional<TarGzReader::Member> member, reader_.Next());
    if (!member) return CorruptError(archive_.path() + ": has no signed manifest");
    RETURN_IF_ERROR(CheckMember(*member, limits)
                        .WithHint("trust.json, manifest.json and manifest.dsse.json come first in an archive, as "
                                  "'hallmark export' writes it"));
    std::string text(member->size, '\0');
    size_t done = 0;
    while (done < text.size()) {
      const MutableByteSpan rest(reinterpret_cast<uint8_t*>(text.data()) + done, text.size() - done);
      ASSIGN_OR_RETURN(const size_t length, reader_.Read(rest));
      if (length == 0) return Bad(*member, "is shorter than it says");
      done += length;
    }
    RETURN_IF_ERROR(directory_.Write(member->name, AsBytes(text)));
    taken_.emplace(member->name, member->size);
    texts[member->name] = std::move(text);
  }
  ManifestTexts result{.manifest = std::move(texts[std::string(kManifestName)]),
                       .envelope = std::move(texts[std::string(kEnvelopeName)])};
  if (const auto trust = texts.find(std::string(kTrustName)); trust != texts.end()) result.trust = trust->second;
  return result;
}

Result<void> Importer::TakeFiles(const Manifest& manifest) {
  std::map<std::string, uint64_t> limits;
  for (const SmallFile& file : Sidecars(manifest)) limits[file.name] = file.limit;
  uint64_t total = 0;
  for (const Artifact& artifact : manifest.artifacts) {
    if (!IsShipped(artifact.role)) continue;
    limits[manifest.FileName(artifact.role)] = artifact.size;
    total += artifact.size;
  }
  progress_.BeginStage("Unpacking", total, Progress::Unit::kBytes);
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<TarGzReader::Member> member, reader_.Next());
    if (!member) return {};
    RETURN_IF_ERROR(CheckMember(*member, limits));
    RETURN_IF_ERROR(Copy(*member));
  }
}

}  // namespace

Result<void> ExportBundle(const fs::path& bundle, const File& archive, Progress& progress) {
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(bundle));
  ASSIGN_OR_RETURN(const std::string text, directory.ReadSmallFile(kManifestName, kMaxManifestSize));
  ASSIGN_OR_RETURN(const Manifest manifest, ParseManifest(text).WithContext(std::string(kManifestName)));
  ASSIGN_OR_RETURN(TarGzWriter writer, TarGzWriter::Create(archive, manifest.source_date_epoch));
  for (const SmallFile& file : SmallSignedFiles()) RETURN_IF_ERROR(ExportSmallFile(directory, file, writer));
  for (const SmallFile& file : Sidecars(manifest)) RETURN_IF_ERROR(ExportSmallFile(directory, file, writer));
  uint64_t total = 0;
  for (const Artifact& artifact : manifest.artifacts) total += IsShipped(artifact.role) ? artifact.size : 0;
  progress.BeginStage("Exporting", total, Progress::Unit::kBytes);
  for (const Artifact& artifact : manifest.artifacts) {
    if (!IsShipped(artifact.role)) continue;
    RETURN_IF_ERROR(ExportArtifact(directory, manifest.FileName(artifact.role), artifact, writer, progress));
  }
  progress.EndStage();
  return writer.Close();
}

Result<VerifiedManifest> ImportBundle(const File& archive, const fs::path& bundle, const Trust& trust,
                                      const VerifyOptions& options, ThreadPool& pool, Progress& progress) {
  ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create(bundle, IsEmptyDirectory));
  ASSIGN_OR_RETURN(TarGzReader reader, TarGzReader::Open(archive));
  Importer importer(archive, reader, directory, progress);
  ASSIGN_OR_RETURN(ManifestTexts texts, importer.TakeTexts());
  ASSIGN_OR_RETURN(VerifiedManifest manifest,
                   VerifyManifestTexts(std::move(texts), trust, options.requirements).WithContext(archive.path()));
  RETURN_IF_ERROR(importer.TakeFiles(*manifest));
  RETURN_IF_ERROR(directory.Commit([&](const fs::path& hidden) -> Result<void> {
    ASSIGN_OR_RETURN(SignedDirectory unpacked, SignedDirectory::Open(hidden));
    ASSIGN_OR_RETURN(const VerifyReport report, VerifyBundle(unpacked, trust, options, pool));
    if (report.good()) return {};
    const Finding& finding = report.findings.front();
    return VerificationError(archive.path() + ": " + finding.where + ": " + finding.message);
  }));
  return manifest;
}

}  // namespace hallmark
