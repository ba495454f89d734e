// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/guid.h"
#include "lib/base/result.h"
#include "lib/crypto/digest.h"

// What a bundle holds, as one signed document: hallmark-manifest(5).

namespace hallmark {

constexpr size_t kMaxManifestSize = 1 << 20;  ///< bytes

/// What an artifact is for. A manifest has each role at most once, and each role has one file name, so that a digest
/// for one role can't be used for another.
enum class ArtifactRole {
  kRootfs,            ///< rootfs.img, raw; the host makes it from the next
  kRootfsCompressed,  ///< rootfs.img.zst
  kChunkTable,        ///< rootfs.img.chunks
  kKernel,            ///< vmlinuz
  kInitramfs,         ///< initrd.img
  kSmolBin,           ///< smol-bin.ARCHITECTURE.img
  kSessionDisk,       ///< sessiondata.img.zst; a host's disk made from it changes with each session
  kSbom,              ///< sbom.spdx.json
  kProvenance,        ///< provenance.json
};
constexpr size_t kArtifactRoles = static_cast<size_t>(ArtifactRole::kProvenance) + 1;
/// The name in the manifest: "rootfs-zst".
std::string_view RoleName(ArtifactRole role);
/// The role of that name; empty if there is none.
std::optional<ArtifactRole> RoleNamed(std::string_view name);
/// The only file name of a role. `architecture` is part of some names.
std::string ArtifactFileName(ArtifactRole role, std::string_view architecture);
/// False for a file that a host makes from its compressed form: it need not be in the bundle.
bool IsShipped(ArtifactRole role);

struct Artifact {
  ArtifactRole role = ArtifactRole::kRootfs;
  uint64_t size = 0;  ///< bytes
  Sha256Digest sha256{};
  std::optional<Sha1Digest> sha1;  ///< as in .NAME.origin; absent if the recipe does not write origins

  bool operator==(const Artifact&) const = default;
};

struct Partition {
  uint32_t number = 0;  ///< from 1
  uint64_t offset = 0;  ///< bytes from the start of the image
  uint64_t size = 0;    ///< bytes
  Guid type{};
  Guid guid{};
  std::string name;                    ///< UTF-8, at most 36 UTF-16 units
  uint64_t attributes = 0;             ///< attribute flags of GPT
  std::optional<Sha256Digest> sha256;  ///< of the whole partition; present for EFI system partitions

  bool operator==(const Partition&) const = default;
};

/// The partition table of rootfs.img.
struct DiskDescription {
  Guid guid{};
  std::vector<Partition> partitions;  ///< in the order of their numbers
  Sha256Digest table_sha256{};        ///< of the first 34 sectors: protective MBR, header and entries
  Sha256Digest backup_sha256{};       ///< of the last 33 sectors: entries and header

  bool operator==(const DiskDescription&) const = default;
};

/// dm-verity on one partition: SHA-256, format version 1.
struct VerityParameters {
  Sha256Digest root_hash{};
  ByteVector salt;             ///< at most 256 bytes
  uint64_t data_offset = 0;    ///< bytes from the start of the image
  uint64_t data_blocks = 0;    ///< number of blocks of block_size bytes
  uint64_t hash_offset = 0;    ///< bytes from the start of the image to the verity superblock
  uint32_t block_size = 4096;  ///< bytes of a data block and of a hash block; a power of two from 512 to 65536

  bool operator==(const VerityParameters&) const = default;
};

struct Manifest {
  std::string name;  ///< letters, digits and . _ + ~ - ; the next two have the same rule
  std::string version;
  std::string architecture;  ///< Debian's name: "arm64"
  /// Grows with every release. 0: not released; every verifier refuses it.
  uint64_t sequence = 0;
  /// A host that took this release refuses releases with a sequence below this.
  uint64_t least_sequence = 0;
  uint64_t source_date_epoch = 0;           ///< seconds since 1970
  std::optional<Sha256Digest> lock_sha256;  ///< of recipe.lock; absent if the image was not built from a lock
  std::vector<Artifact> artifacts;          ///< in the order of ArtifactRole
  std::optional<DiskDescription> disk;      ///< absent: rootfs.img has no GPT
  std::optional<VerityParameters> verity;
  uint64_t smol_bin_least_sequence = 0;  ///< lowest sequence of a smol-bin that this rootfs takes
  uint64_t policy_least_sequence = 0;    ///< lowest sequence of an egress policy that this rootfs takes
  /// The kernel's command line, from the image's EFI system partition: printable ASCII, at most 1,536 bytes. Empty:
  /// unknown.
  std::string command_line;

  bool operator==(const Manifest&) const = default;

  /// The artifact of a role; null if there is none.
  [[nodiscard]] const Artifact* Find(ArtifactRole role) const;
  /// The file name of this manifest's artifact with that role.
  [[nodiscard]] std::string FileName(ArtifactRole role) const { return ArtifactFileName(role, architecture); }
};

/// The canonical text: an in-toto Statement v1 whose subjects are the artifacts. kUsage if ParseManifest() would refuse
/// the manifest.
Result<std::string> FormatManifest(const Manifest& manifest);

/// Parses a manifest. kCorrupt or kUnsupported, naming the member but not the file, for anything but canonical text:
/// each manifest has only one spelling. Check the signature first: see signing/bundle/verify_manifest.h.
Result<Manifest> ParseManifest(std::string_view text);

}  // namespace hallmark
