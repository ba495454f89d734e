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

// What a bundle holds, as one document that is signed: hallmark-manifest(5).

namespace hallmark {

constexpr size_t kMaxManifestSize = 1 << 20;  ///< bytes

/// What an artifact is for. Each role at most once, and each with one file name: a digest for one role can't be passed
/// off as another's.
enum class ArtifactRole {
  kRootfs,            ///< rootfs.img, raw; made from the next on the host
  kRootfsCompressed,  ///< rootfs.img.zst
  kChunkTable,        ///< rootfs.img.chunks
  kKernel,            ///< vmlinuz
  kInitramfs,         ///< initrd.img
  kSmolBin,           ///< smol-bin.ARCHITECTURE.img
  kSessionDisk,       ///< sessiondata.img.zst; what a host makes of it changes with each session
  kSbom,              ///< sbom.spdx.json
  kProvenance,        ///< provenance.json
};
constexpr size_t kArtifactRoles = static_cast<size_t>(ArtifactRole::kProvenance) + 1;
/// "rootfs-zst", as the manifest writes it.
std::string_view RoleName(ArtifactRole role);
/// Empty if no role has that name.
std::optional<ArtifactRole> RoleNamed(std::string_view name);
/// The one file name of a role.
std::string ArtifactFileName(ArtifactRole role, std::string_view architecture);
/// False for what a host makes from its compressed form: it need not lie in the bundle.
bool IsShipped(ArtifactRole role);

struct Artifact {
  ArtifactRole role = ArtifactRole::kRootfs;
  uint64_t size = 0;  ///< bytes
  Sha256Digest sha256{};
  std::optional<Sha1Digest> sha1;  ///< what .NAME.origin holds; absent where a recipe no longer writes it

  bool operator==(const Artifact&) const = default;
};

struct Partition {
  uint32_t number = 0;  ///< from 1
  uint64_t offset = 0;  ///< bytes from the start of the image
  uint64_t size = 0;    ///< bytes
  Guid type{};
  Guid guid{};
  std::string name;                    ///< UTF-8, at most 36 UTF-16 units
  uint64_t attributes = 0;             ///< GPT's flags
  std::optional<Sha256Digest> sha256;  ///< of the whole partition: EFI system partitions have it

  bool operator==(const Partition&) const = default;
};

/// The partition table of rootfs.img.
struct DiskDescription {
  Guid guid{};
  std::vector<Partition> partitions;  ///< in the order of their numbers
  Sha256Digest table_sha256{};        ///< of the first 34 sectors: protective MBR, header, entries
  Sha256Digest backup_sha256{};       ///< of the last 33 sectors: entries, header

  bool operator==(const DiskDescription&) const = default;
};

/// dm-verity over one partition: SHA-256, format version 1.
struct VerityParameters {
  Sha256Digest root_hash{};
  ByteVector salt;             ///< at most 256 bytes
  uint64_t data_offset = 0;    ///< bytes from the start of the image
  uint64_t data_blocks = 0;    ///< of block_size
  uint64_t hash_offset = 0;    ///< bytes from the start of the image to the superblock
  uint32_t block_size = 4096;  ///< of data and of hashes; a power of two from 512 to 65536

  bool operator==(const VerityParameters&) const = default;
};

struct Manifest {
  std::string name;  ///< letters, digits and . _ + ~ - ; so are the next two
  std::string version;
  std::string architecture;  ///< as Debian names it: "arm64"
  /// Grows with every release. 0: not released, and no verifier takes it.
  uint64_t sequence = 0;
  /// A host that took this release refuses any with a sequence below this one.
  uint64_t least_sequence = 0;
  uint64_t source_date_epoch = 0;           ///< seconds since 1970
  std::optional<Sha256Digest> lock_sha256;  ///< of recipe.lock; absent for an image that somebody else made
  std::vector<Artifact> artifacts;          ///< in the order of ArtifactRole
  std::optional<DiskDescription> disk;      ///< absent: rootfs.img has no GPT
  std::optional<VerityParameters> verity;
  uint64_t smol_bin_least_sequence = 0;  ///< of the smol-bin that this rootfs takes
  uint64_t policy_least_sequence = 0;    ///< of the egress policy that this rootfs takes
  /// The kernel's, as the image's EFI system partition has it; printable ASCII, at most 1,536 bytes. Empty: unknown.
  std::string command_line;

  bool operator==(const Manifest&) const = default;

  /// The artifact of a role, or null.
  [[nodiscard]] const Artifact* Find(ArtifactRole role) const;
  /// The file name of one of this manifest's artifacts.
  [[nodiscard]] std::string FileName(ArtifactRole role) const { return ArtifactFileName(role, architecture); }
};

/// The canonical text: an in-toto Statement v1 whose subjects are the artifacts. kUsage if the manifest holds what
/// ParseManifest would refuse.
Result<std::string> FormatManifest(const Manifest& manifest);

/// Reads a manifest. kCorrupt or kUnsupported, naming the member and not the file, on anything but canonical text: one
/// manifest has one spelling. Check the signature first: see signing/bundle/verify_manifest.h.
Result<Manifest> ParseManifest(std::string_view text);

}  // namespace hallmark
