// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include "lib/base/crc32.h"
#include "lib/gpt/gpt_format.h"
#include "lib/gpt/partition_types.h"
#include "signing/bundle/disk_reader.h"
#include "signing/bundle/full_check.h"
#include "signing/bundle/origin.h"
#include "signing/bundle/verify.h"
#include "signing/seal/sign.h"
#include "tests/support/sample_key.h"
#include "tests/support/sample_manifest.h"
#include "tests/support/sample_smol_bin.h"
#include "tests/support/temp_dir.h"

namespace hallmark::testing {

constexpr uint64_t kSampleImageSize = 1 << 20;
constexpr uint64_t kSampleEspOffset = 64 << 10;
constexpr uint64_t kSampleEspSize = 128 << 10;
constexpr uint64_t kSampleRootOffset = 256 << 10;
constexpr uint64_t kSampleRootSize = 512 << 10;

/// A GPT with a root partition as number 1 (every byte of its GUID is `root_guid`) and an ESP as number 15, both full
/// of letters.
inline std::string SampleImage(uint8_t root_guid = 1) {
  std::string image(kSampleImageSize, '\0');
  const auto put = [&](uint64_t offset, ByteSpan bytes) {
    std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  std::fill_n(image.begin() + kSampleEspOffset, kSampleEspSize, 'e');
  std::fill_n(image.begin() + kSampleRootOffset, kSampleRootSize, 'r');
  ByteVector entries(gpt::kEntries * sizeof(gpt::Entry));
  const auto set_entry = [&](uint32_t number, uint8_t type, uint8_t guid, uint64_t offset, uint64_t size) {
    gpt::Entry entry{};
    entry.type.fill(type);
    if (type == 0xEE) entry.type = SwapGuid(kEspPartitionType);
    entry.guid.fill(guid);
    entry.first_lba = offset / 512;
    entry.last_lba = (offset + size) / 512 - 1;
    entry.name[0] = 'p';
    const ByteSpan bytes = StructBytes(entry);
    std::copy(bytes.begin(), bytes.end(), entries.begin() + (number - 1) * static_cast<std::ptrdiff_t>(sizeof(entry)));
  };
  set_entry(1, 0x11, root_guid, kSampleRootOffset, kSampleRootSize);
  set_entry(15, 0xEE, 2, kSampleEspOffset, kSampleEspSize);
  gpt::Header header{};
  header.signature = gpt::kSignature;
  header.revision = 0x10000;
  header.header_size = sizeof(header);
  header.own_lba = 1;
  header.other_lba = kSampleImageSize / 512 - 1;
  header.first_usable_lba = 34;
  header.last_usable_lba = kSampleImageSize / 512 - 34;
  header.disk_guid.fill(9);
  header.entries_lba = 2;
  header.entry_count = gpt::kEntries;
  header.entry_size = sizeof(gpt::Entry);
  header.entries_crc = Crc32(entries);
  header.header_crc = Crc32(StructBytes(header));
  put(512, StructBytes(header));
  put(1024, entries);
  put(kSampleImageSize - 33 * 512, entries);
  put(kSampleImageSize - 512, StructBytes(header));
  return image;
}

inline Artifact SampleArtifact(ArtifactRole role, std::string_view bytes) {
  return {role, bytes.size(), Sha256(AsBytes(bytes)), Sha1(AsBytes(bytes))};
}

/// A signed bundle with every kind of file but a chunk table; keys 1 (root and bundle) and 2 (bundle).
class SampleBundle {
 public:
  explicit SampleBundle(uint64_t threshold = 1, const SampleSmolBin& smol_bin = {.key = 1}) {
    const std::string image = SampleImage();
    manifest = SampleManifest();
    manifest.verity.reset();
    manifest.sequence = 0;
    manifest.least_sequence = 0;
    manifest.artifacts.clear();
    Add(ArtifactRole::kRootfs, image);
    Add(ArtifactRole::kRootfsCompressed, "\x28\xB5\x2F\xFD compressed");
    Add(ArtifactRole::kKernel, "kernel");
    Add(ArtifactRole::kSmolBin, smol_bin.Image());
    manifest.disk = DescribeDisk(File::OpenForReading(Path("rootfs.img")).value()).value();
    WriteFile(Path("manifest.json"), FormatManifest(manifest).value());
    TrustVersion version{
        1, kLifeEnd, {1, {SampleKey(1).public_key()}}, {threshold, {}}, {1, {SampleKey(1).public_key()}}};
    version.bundle.keys = {SampleKey(1).public_key(), SampleKey(2).public_key()};
    std::sort(version.bundle.keys.begin(), version.bundle.keys.end());
    const PrivateKey root = SampleKey(1);
    trust_text = ExtendTrust("", version, {&root}).value();
  }

  static constexpr uint64_t kLifeEnd = 1793534400;

  [[nodiscard]] std::filesystem::path Path(std::string_view name) const { return dir / name; }
  [[nodiscard]] Trust trust() const { return ParseTrust(trust_text).value(); }

  Result<SignReport> Sign(uint8_t key_number, std::optional<uint64_t> sequence) {
    const PrivateKey key = SampleKey(key_number);
    SignOptions options;
    options.signers = {&key};
    options.sequence = sequence;
    options.trust_text = trust_text;
    return SignBundle(dir.path(), options);
  }
  [[nodiscard]] Result<VerifyReport> Verify(uint64_t least_sequence = 0) const {
    return Verify({.requirements = {.least_sequence = least_sequence}, .full_check = CheckWholeFiles});
  }
  [[nodiscard]] Result<VerifyReport> Verify(const VerifyOptions& options) const {
    ThreadPool pool(2);
    ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(dir.path()));
    return VerifyBundle(directory, trust(), options, pool);
  }
  /// Changes one byte of a file.
  void Flip(std::string_view name, uint64_t offset) const {
    std::string text = ReadFile(Path(name));
    text.at(offset) = static_cast<char>(text.at(offset) ^ 1);
    WriteFile(Path(name), text);
  }

  TempDir dir;
  Manifest manifest;
  std::string trust_text;

 private:
  void Add(ArtifactRole role, std::string_view bytes) {
    manifest.artifacts.push_back(SampleArtifact(role, bytes));
    const std::filesystem::path path = Path(manifest.FileName(role));
    WriteFile(path, bytes);
    (void)WriteOrigin(path, Sha1(AsBytes(bytes))).ok();
  }
};

}  // namespace hallmark::testing
