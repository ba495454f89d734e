// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/smol_bin_image.h"

#include <algorithm>
#include <map>

#include "lib/base/file_tree.h"
#include "lib/base/sink.h"
#include "lib/crypto/hashing_sink.h"
#include "lib/exfat/exfat.h"
#include "lib/policy/settings.h"
#include "signing/bundle/manifest.h"
#include "signing/document/dsse.h"
#include "signing/seal/elf_check.h"
#include "signing/smol_bin/smol_bin_check.h"

namespace hallmark {
namespace {

constexpr size_t kSettingsMember = 2;
static_assert(kSmolBinMembers[kSettingsMember].name == kSettingsName);
constexpr int64_t kFirstExfatSecond = 315532800;   // 1980-01-01, where exFAT's times begin
constexpr uint64_t kLastExfatSecond = 4354819199;  // the end of 2107, where they end
constexpr uint64_t kMostNames = 4 << 20;           // bytes: a smol-bin has five

/// Every identifier comes from what the image is for: releases differ in what changed alone.
uint32_t SerialFor(std::string_view architecture) {
  const Sha256Digest seed = Sha256(AsBytes("hallmark smol-bin\n" + std::string(architecture)));
  return static_cast<uint32_t>(seed[0] | seed[1] << 8 | seed[2] << 16 | static_cast<uint32_t>(seed[3]) << 24);
}

Timestamp TimeFor(const SmolBinManifest& manifest) {
  return {.seconds = std::max(static_cast<int64_t>(manifest.source_date_epoch), kFirstExfatSecond)};
}

Result<void> CheckMember(size_t member, const SmolBinImageOptions& options, std::string_view content) {
  if (member == kSettingsMember) {
    const Result<Settings> settings = ParseSettings(content, options.sources[member].string());
    return settings.ok() ? Result<void>() : UsageError(settings.error().message);
  }
  return CheckElf(AsBytes(content), {options.manifest.architecture, options.stripped})
      .WithContext(options.sources[member].string());
}

Result<void> PutFile(FileTree& tree, std::string_view name, uint32_t mode, Timestamp time, std::string content) {
  FileTree::Inode inode{.mode = S_IFREG | mode, .mtime = time, .size = content.size(), .link_count = 1};
  inode.data = std::move(content);
  return tree.Put("/" + std::string(name), std::move(inode)).ok() ? Result<void>()
                                                                  : InternalError("no place for " + std::string(name));
}

/// The checks of one image, and what they share.
class ImageCheck {
 public:
  ImageCheck(const ExfatReader& reader, SmolBinOutput* output) : reader_(reader), output_(output) {
    for (const ExfatReader::Entry& entry : reader.List()) entries_.emplace(entry.path, &entry);
  }

  /// A small file, or nothing and a finding.
  Result<std::optional<std::string>> ReadHead(std::string_view name, uint64_t limit, SmolBinReport& report) const {
    const ExfatReader::Entry* entry = Find(name, report);
    if (entry == nullptr) return std::optional<std::string>();
    if (entry->size > limit) {
      report.findings.push_back({SmolBinVerdict::kMalformed, std::string(name), "is larger than it may be"});
      return std::optional<std::string>();
    }
    MemorySink sink;
    RETURN_IF_ERROR(reader_.Read(*entry, sink));
    const std::string text(AsText(sink.bytes()));
    RETURN_IF_ERROR(Keep(name, 0644, text));
    return std::optional(text);
  }

  /// Names, kinds, times, label and serial number: what the filesystem says beside the content of its files.
  void CheckEntries(const SmolBinManifest& manifest, SmolBinReport& report) const {
    const auto wrong = [&](const std::string& where, const std::string& message) {
      report.findings.push_back({SmolBinVerdict::kFilesystem, where, message});
    };
    if (reader_.start() != 0) wrong("boot sector", "says that the filesystem begins elsewhere");
    if (reader_.label() != kSmolBinLabel) wrong("volume label", "is not " + std::string(kSmolBinLabel));
    if (reader_.serial() != SerialFor(manifest.architecture))
      wrong("volume serial number", "is not the architecture's");
    for (const auto& [path, entry] : entries_) {
      const std::string name = path.substr(1);
      if (!IsSmolBinFile(name)) {
        report.findings.push_back(UnexpectedFinding(name));
      } else if (entry->mtime != TimeFor(manifest)) {
        wrong(name, "has another time than the release");
      }
    }
  }

  Result<void> CheckMember(size_t member, const SmolBinFile& expected, SmolBinReport& report) const {
    const std::string_view name = kSmolBinMembers[member].name;
    const ExfatReader::Entry* entry = Find(name, report);
    if (entry == nullptr) return {};
    if (std::optional<SmolBinFinding> finding = SizeFinding(name, entry->size, expected.size)) {
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
    std::optional<SmolBinFinding> finding = DigestFinding(name, hashing.Finish<Sha256Digest>(), expected.sha256);
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
      report.findings.push_back({SmolBinVerdict::kMissing, std::string(name), "is missing"});
      return nullptr;
    }
    if (entry->second->directory) {
      report.findings.push_back({SmolBinVerdict::kNotAFile, std::string(name), "is no regular file"});
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

Result<SmolBinImage> WriteSmolBinImage(const SmolBinImageOptions& options, const std::vector<const Signer*>& signers,
                                       const File& output) {
  if (options.size > kMaxSmolBinImage) return UsageError("a smol-bin image has at most 2 GiB");
  if (options.manifest.source_date_epoch > kLastExfatSecond) {
    return UsageError("SOURCE_DATE_EPOCH: exFAT holds times up to the end of 2107 (4354819199)");
  }
  SmolBinManifest manifest = options.manifest;
  const Timestamp time = TimeFor(manifest);
  FileTree tree;
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    const uint64_t limit = i == kSettingsMember ? kMaxSettingsSize : kMaxSmolBinFile;
    ASSIGN_OR_RETURN(std::string content, ReadSmallFile(options.sources[i], limit));
    RETURN_IF_ERROR(CheckMember(i, options, content));
    manifest.files[i] = {content.size(), Sha256(AsBytes(content))};
    RETURN_IF_ERROR(PutFile(tree, kSmolBinMembers[i].name, kSmolBinMembers[i].mode, time, std::move(content)));
  }
  Envelope envelope{std::string(kManifestPayloadType), {}, {}};
  ASSIGN_OR_RETURN(envelope.payload, FormatSmolBinManifest(manifest));
  for (const Signer* signer : signers) RETURN_IF_ERROR(AddSignature(envelope, *signer));
  RETURN_IF_ERROR(PutFile(tree, kManifestName, 0644, time, envelope.payload));
  RETURN_IF_ERROR(PutFile(tree, kEnvelopeName, 0644, time, FormatEnvelope(envelope)));
  tree.inode(FileTree::kRoot).mtime = time;
  RETURN_IF_ERROR(output.Truncate(options.size));
  FileSink file(output);
  HashingSink<Sha256Digest, Sha1Digest> sink(&file);
  RETURN_IF_ERROR(WriteExfat(
      tree, {.size = options.size, .serial = SerialFor(manifest.architecture), .label = std::string(kSmolBinLabel)},
      sink));
  return SmolBinImage{std::move(manifest), sink.Finish<Sha256Digest>(), sink.Finish<Sha1Digest>()};
}

Result<SmolBinReport> VerifySmolBinImage(const File& image, const Trust& trust, const SmolBinRequirements& requirements,
                                         SmolBinOutput* output) {
  SmolBinReport report;
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  if (size > kMaxSmolBinImage) {
    report.findings.push_back({SmolBinVerdict::kExtended, "image", "is larger than 2 GiB"});
    return report;
  }
  ExfatStructure at_fault = ExfatStructure::kBootSector;
  const Result<ExfatReader> reader = ExfatReader::OpenCanonical(image, 0, size, &at_fault, kMostNames);
  if (!reader.ok()) {
    if (reader.error().kind != ErrorKind::kCorrupt) return reader.error();
    const std::string where(ExfatStructureName(at_fault));
    report.findings.push_back(
        {SmolBinVerdict::kFilesystem, where, reader.error().MessageWithout(image.path() + ": exFAT: " + where)});
    return report;
  }
  if (reader->size() != size) {
    report.findings.push_back({SmolBinVerdict::kExtended, "image", "goes on behind its filesystem"});
    return report;
  }
  const ImageCheck check(*reader, output);
  ASSIGN_OR_RETURN(std::optional<std::string> text, check.ReadHead(kManifestName, kMaxSmolBinManifestSize, report));
  ASSIGN_OR_RETURN(const std::optional<std::string> envelope, check.ReadHead(kEnvelopeName, kMaxEnvelopeSize, report));
  if (!text || !envelope) return report;
  CheckSmolBinHead(std::move(*text), *envelope, trust, requirements, report);
  if (!report.manifest) return report;
  check.CheckEntries(**report.manifest, report);
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    RETURN_IF_ERROR(check.CheckMember(i, (*report.manifest)->files[i], report));
  }
  return report;
}

Result<SmolBinContents> ReadSmolBinContents(const File& image) {
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  if (size > kMaxSmolBinImage) return CorruptError(image.path() + ": larger than 2 GiB: no smol-bin");
  ASSIGN_OR_RETURN(const ExfatReader reader, ExfatReader::Open(image, 0, size, nullptr, kMostNames));
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
