// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/image_check.h"

#include <map>
#include <optional>
#include <utility>

#include "lib/base/sink.h"
#include "lib/crypto/hashing_sink.h"
#include "lib/exfat/canonical.h"
#include "lib/exfat/reader.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/smol_bin/image_format.h"
#include "signing/smol_bin/smol_bin_check.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxNames = 4 << 20;  // bytes; a smol-bin has five short names

/// The checks of one image, and the state that they share.
class ImageCheck {
 public:
  ImageCheck(const ExfatReader& reader, SmolBinOutput* output) : reader_(reader), output_(output) {
    for (const ExfatReader::Entry& entry : reader.List()) entries_.emplace(entry.path, &entry);
  }

  /// Reads a small file. Empty, with a finding, if that fails.
  Result<std::optional<std::string>> ReadHead(std::string_view name, uint64_t limit, SmolBinReport& report) const {
    const ExfatReader::Entry* entry = Find(name, report);
    if (entry == nullptr) return std::optional<std::string>();
    if (entry->size > limit) {
      report.findings.push_back({Verdict::kMalformed, std::string(name), "is larger than it may be"});
      return std::optional<std::string>();
    }
    MemorySink sink;
    RETURN_IF_ERROR(reader_.Read(*entry, sink));
    const std::string text(AsText(sink.bytes()));
    RETURN_IF_ERROR(Keep(name, 0644, text));
    return std::optional(text);
  }

  /// Checks what the filesystem has beside the content of its files: names, types, times, label and serial number.
  void CheckEntries(const SmolBinManifest& manifest, SmolBinReport& report) const {
    const auto wrong = [&](const std::string& where, const std::string& message) {
      report.findings.push_back({Verdict::kFilesystem, where, message});
    };
    if (reader_.start() != 0) wrong("boot sector", "says that the filesystem begins elsewhere");
    if (reader_.label() != kSmolBinLabel) wrong("volume label", "is not " + std::string(kSmolBinLabel));
    if (reader_.serial() != SmolBinSerial(manifest.architecture))
      wrong("volume serial number", "is not the architecture's");
    for (const auto& [path, entry] : entries_) {
      const std::string name = path.substr(1);
      if (!IsSmolBinFile(name)) {
        report.findings.push_back(UnexpectedFinding(name));
      } else if (entry->mtime != SmolBinTime(manifest)) {
        wrong(name, "has another time than the release");
      }
    }
  }

  Result<void> CheckMember(size_t member, const SmolBinFile& expected, SmolBinReport& report) const {
    const std::string_view name = kSmolBinMembers[member].name;
    const ExfatReader::Entry* entry = Find(name, report);
    if (entry == nullptr) return {};
    if (std::optional<Finding> finding = SizeFinding(name, entry->size, expected.size)) {
      report.findings.push_back(std::move(*finding));
      return {};
    }
    MemorySink settings;
    std::optional<FileSink> file;
    if (output_ != nullptr) {
      ASSIGN_OR_RETURN(const File* target, output_->NewFile(std::string(name), kSmolBinMembers[member].mode));
      RETURN_IF_ERROR(target->Truncate(entry->size));
      file.emplace(*target);
    }
    HashingSink<Sha256Digest> hashing(file ? &*file : nullptr);
    RETURN_IF_ERROR(reader_.Read(*entry, hashing));
    std::optional<Finding> finding = DigestFinding(name, hashing.Finish<Sha256Digest>(), expected.sha256);
    if (!finding && member == kSettingsMember) {
      RETURN_IF_ERROR(reader_.Read(*entry, settings));
      finding = SettingsFinding(AsText(settings.bytes()));
    }
    if (finding) report.findings.push_back(std::move(*finding));
    return {};
  }

 private:
  const ExfatReader::Entry* Find(std::string_view name, SmolBinReport& report) const {
    const auto entry = entries_.find("/" + std::string(name));
    if (entry == entries_.end()) {
      report.findings.push_back({Verdict::kMissing, std::string(name), "is missing"});
      return nullptr;
    }
    if (entry->second->directory) {
      report.findings.push_back({Verdict::kNotAFile, std::string(name), "is not a regular file"});
      return nullptr;
    }
    return entry->second;
  }
  Result<void> Keep(std::string_view name, uint32_t mode, std::string_view text) const {
    if (output_ == nullptr) return {};
    ASSIGN_OR_RETURN(const File* file, output_->NewFile(std::string(name), mode));
    return file->WriteAt(0, AsBytes(text));
  }

  const ExfatReader& reader_;
  SmolBinOutput* output_;
  std::map<std::string, const ExfatReader::Entry*> entries_;
};

}  // namespace

Result<SmolBinReport> VerifySmolBinImage(const File& image, const Trust& trust, const SmolBinRequirements& requirements,
                                         SmolBinOutput* output) {
  SmolBinReport report;
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  if (size > kMaxSmolBinImage) {
    report.findings.push_back({Verdict::kExtended, "image", "is larger than 2 GiB"});
    return report;
  }
  ExfatDefect defect;
  const Result<ExfatReader> reader = OpenCanonicalExfat(image, 0, size, &defect, kMaxNames);
  if (!reader.ok()) {
    if (reader.error().kind != ErrorKind::kCorrupt) return reader.error();
    const std::string& reason = defect.reason.empty() ? reader.error().message : defect.reason;
    report.findings.push_back({Verdict::kFilesystem, std::string(ExfatStructureName(defect.structure)), reason});
    return report;
  }
  if (reader->size() != size) {
    report.findings.push_back({Verdict::kExtended, "image", "goes on behind its filesystem"});
    return report;
  }
  const ImageCheck check(*reader, output);
  ASSIGN_OR_RETURN(std::optional<std::string> text, check.ReadHead(kManifestName, kMaxSmolBinManifestSize, report));
  ASSIGN_OR_RETURN(const std::optional<std::string> envelope, check.ReadHead(kEnvelopeName, kMaxEnvelopeSize, report));
  if (!text || !envelope) return report;
  report.manifest = VerifyDocument({std::move(*text), *envelope}, SmolBinManifestKind(), trust, report.findings);
  if (!report.manifest) return report;
  report.findings = CheckRequirements(**report.manifest, requirements);
  check.CheckEntries(**report.manifest, report);
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    RETURN_IF_ERROR(check.CheckMember(i, (*report.manifest)->files[i], report));
  }
  return report;
}

Result<SmolBinContents> ReadSmolBinContents(const File& image) {
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  if (size > kMaxSmolBinImage) return CorruptError(image.path() + ": larger than 2 GiB, which no smol-bin is");
  ASSIGN_OR_RETURN(const ExfatReader reader, ExfatReader::Open(image, 0, size, nullptr, kMaxNames));
  SmolBinContents contents{
      .size = reader.size(), .cluster_size = reader.cluster_size(), .label = reader.label(), .serial = reader.serial()};
  for (const ExfatReader::Entry& entry : reader.List()) {
    contents.entries.push_back({entry.path.substr(1), entry.size});
    std::string* text = entry.path == "/" + std::string(kManifestName)   ? &contents.manifest_text
                        : entry.path == "/" + std::string(kEnvelopeName) ? &contents.envelope_text
                                                                         : nullptr;
    if (text == nullptr || entry.directory || entry.size > kMaxEnvelopeSize) continue;
    MemorySink sink;
    RETURN_IF_ERROR(reader.Read(entry, sink));
    *text = AsText(sink.bytes());
  }
  return contents;
}

}  // namespace hallmark
