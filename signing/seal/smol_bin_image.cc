// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/smol_bin_image.h"

#include "lib/base/file_tree.h"
#include "lib/base/sink.h"
#include "lib/crypto/hashing_sink.h"
#include "lib/exfat/writer.h"
#include "lib/policy/settings.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/seal/elf_check.h"
#include "signing/smol_bin/image_format.h"

namespace hallmark {
namespace {

constexpr uint64_t kLastExfatSecond = 4354819199;  // end of 2107, where exFAT's times end

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

}  // namespace

Result<SmolBinImage> WriteSmolBinImage(const SmolBinImageOptions& options, const std::vector<const Signer*>& signers,
                                       const File& output) {
  if (options.size > kMaxSmolBinImage) return UsageError("a smol-bin image has at most 2 GiB");
  if (options.manifest.source_date_epoch > kLastExfatSecond) {
    return UsageError("SOURCE_DATE_EPOCH: exFAT holds times up to the end of 2107 (4354819199)");
  }
  SmolBinManifest manifest = options.manifest;
  const Timestamp time = SmolBinTime(manifest);
  FileTree tree;
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    const uint64_t limit = i == kSettingsMember ? kMaxSettingsSize : kMaxSmolBinFile;
    ASSIGN_OR_RETURN(std::string content, ReadSmallFile(options.sources[i], limit));
    RETURN_IF_ERROR(CheckMember(i, options, content));
    manifest.files[i] = {content.size(), Sha256(AsBytes(content))};
    RETURN_IF_ERROR(PutFile(tree, kSmolBinMembers[i].name, kSmolBinMembers[i].mode, time, std::move(content)));
  }
  Envelope envelope{std::string(kStatementPayloadType), {}, {}};
  ASSIGN_OR_RETURN(envelope.payload, FormatSmolBinManifest(manifest));
  for (const Signer* signer : signers) RETURN_IF_ERROR(AddSignature(envelope, *signer));
  RETURN_IF_ERROR(PutFile(tree, kManifestName, 0644, time, envelope.payload));
  RETURN_IF_ERROR(PutFile(tree, kEnvelopeName, 0644, time, FormatEnvelope(envelope)));
  tree.inode(FileTree::kRoot).mtime = time;
  RETURN_IF_ERROR(output.Truncate(options.size));
  FileSink file(output);
  HashingSink<Sha256Digest, Sha1Digest> sink(&file);
  RETURN_IF_ERROR(WriteExfat(
      tree, {.size = options.size, .serial = SmolBinSerial(manifest.architecture), .label = std::string(kSmolBinLabel)},
      sink));
  return SmolBinImage{std::move(manifest), sink.Finish<Sha256Digest>(), sink.Finish<Sha1Digest>()};
}

}  // namespace hallmark
