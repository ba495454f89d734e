// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/manifest.h"

#include <algorithm>
#include <bit>

#include "lib/base/checked.h"
#include "lib/base/endian.h"
#include "lib/base/time.h"
#include "lib/json/strict_json.h"

namespace hallmark {
namespace {

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
constexpr std::string_view kPredicateType = "urn:hallmark:manifest:1";
constexpr size_t kMaxPartitions = 128;
constexpr size_t kMaxSalt = 256;
constexpr size_t kMaxName = 128;
// Linux takes 2048 bytes on arm64 and amd64 (COMMAND_LINE_SIZE); the rest is the host's.
constexpr size_t kMaxCommandLine = 1536;
constexpr size_t kMaxPartitionName = size_t{36} * 3;  // 36 UTF-16 units of at most three bytes each in UTF-8

struct RoleEntry {
  std::string_view name;
  std::string_view file;  // empty: see ArtifactFileName
  bool shipped;
};
// In the order of ArtifactRole.
constexpr std::array<RoleEntry, 9> kRoles = {{{"rootfs", "rootfs.img", false},
                                              {"rootfs-zst", "rootfs.img.zst", true},
                                              {"chunk-table", "rootfs.img.chunks", true},
                                              {"kernel", "vmlinuz", true},
                                              {"initramfs", "initrd.img", true},
                                              {"smol-bin", "", true},
                                              {"session-disk", "sessiondata.img.zst", true},
                                              {"sbom", "sbom.spdx.json", true},
                                              {"provenance", "provenance.json", true}}};
static_assert(kRoles.size() == static_cast<size_t>(ArtifactRole::kProvenance) + 1);

/// "rootfs-zst", as the manifest writes it.
std::string_view RoleName(ArtifactRole role) { return kRoles[static_cast<size_t>(role)].name; }

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._+~-").find(c) != std::string_view::npos;
         });
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Json ArtifactJson(const Artifact& artifact, std::string_view architecture) {
  Json json = {{"role", RoleName(artifact.role)},
               {"name", ArtifactFileName(artifact.role, architecture)},
               {"size", artifact.size},
               {"sha256", ToHex(artifact.sha256)}};
  if (artifact.sha1) json["sha1"] = ToHex(*artifact.sha1);
  return json;
}

Json DiskJson(const DiskDescription& disk) {
  Json partitions = Json::array();
  for (const Partition& partition : disk.partitions) {
    Json json = {{"number", partition.number},
                 {"offset", partition.offset},
                 {"size", partition.size},
                 {"type", FormatGuid(partition.type)},
                 {"guid", FormatGuid(partition.guid)},
                 {"name", partition.name},
                 {"attributes", ToHex(StructBytes(Be64(partition.attributes)))}};
    if (partition.sha256) json["sha256"] = ToHex(*partition.sha256);
    partitions.push_back(std::move(json));
  }
  return {{"guid", FormatGuid(disk.guid)},
          {"tableSha256", ToHex(disk.table_sha256)},
          {"backupSha256", ToHex(disk.backup_sha256)},
          {"partitions", std::move(partitions)}};
}

Json VerityJson(const VerityParameters& verity) {
  return {{"rootHash", ToHex(verity.root_hash)}, {"salt", ToHex(verity.salt)},       {"dataOffset", verity.data_offset},
          {"dataBlocks", verity.data_blocks},    {"hashOffset", verity.hash_offset}, {"blockSize", verity.block_size}};
}

std::string ManifestText(const Manifest& manifest) {
  Json subjects = Json::array();
  Json artifacts = Json::array();
  for (const Artifact& artifact : manifest.artifacts) {
    subjects.push_back({{"name", manifest.FileName(artifact.role)}, {"digest", {{"sha256", ToHex(artifact.sha256)}}}});
    artifacts.push_back(ArtifactJson(artifact, manifest.architecture));
  }
  Json predicate = {{"name", manifest.name},
                    {"version", manifest.version},
                    {"architecture", manifest.architecture},
                    {"sequence", manifest.sequence},
                    {"leastSequence", manifest.least_sequence},
                    {"smolBinLeastSequence", manifest.smol_bin_least_sequence},
                    {"policyLeastSequence", manifest.policy_least_sequence},
                    {"sourceDateEpoch", manifest.source_date_epoch}};
  if (manifest.lock_sha256) predicate["lockSha256"] = ToHex(*manifest.lock_sha256);
  if (!manifest.command_line.empty()) predicate["commandLine"] = manifest.command_line;
  predicate["artifacts"] = std::move(artifacts);
  if (manifest.disk) predicate["disk"] = DiskJson(*manifest.disk);
  if (manifest.verity) predicate["verity"] = VerityJson(*manifest.verity);
  return CanonicalJson({{"_type", kStatementType},
                        {"subject", std::move(subjects)},
                        {"predicateType", kPredicateType},
                        {"predicate", std::move(predicate)}});
}

Result<Artifact> ReadArtifact(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  Artifact artifact;
  const std::string role = reader.TakeText("role");
  const auto entry = std::find_if(kRoles.begin(), kRoles.end(), [&](const RoleEntry& e) { return e.name == role; });
  if (entry == kRoles.end()) {
    reader.Refuse("role", "no such role: " + role);
  } else {
    artifact.role = static_cast<ArtifactRole>(entry - kRoles.begin());
  }
  reader.TakeText("name");  // fixed by the role: that it is the right one, the canonical text shows
  artifact.size = reader.TakeNumber("size");
  artifact.sha256 = reader.TakeHex<32>("sha256");
  if (reader.Has("sha1")) artifact.sha1 = reader.TakeHex<20>("sha1");
  RETURN_IF_ERROR(reader.Finish());
  return artifact;
}

Guid TakeGuid(ObjectReader& reader, std::string_view key) {
  const Result<Guid> guid = ParseGuid(reader.TakeText(key));
  if (guid.ok()) return *guid;
  reader.Refuse(key, guid.error().message);
  return {};
}

Result<Partition> ReadPartition(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  Partition partition;
  const uint64_t number = reader.TakeNumber("number");
  if (number > kMaxPartitions) reader.Refuse("number", "larger than 128");
  partition.number = static_cast<uint32_t>(std::min<uint64_t>(number, kMaxPartitions));
  partition.offset = reader.TakeNumber("offset");
  partition.size = reader.TakeNumber("size");
  partition.type = TakeGuid(reader, "type");
  partition.guid = TakeGuid(reader, "guid");
  partition.name = reader.TakeText("name", kMaxPartitionName);
  for (const uint8_t byte : reader.TakeHex<8>("attributes")) partition.attributes = partition.attributes << 8 | byte;
  if (reader.Has("sha256")) partition.sha256 = reader.TakeHex<32>("sha256");
  RETURN_IF_ERROR(reader.Finish());
  return partition;
}

Result<DiskDescription> ReadDisk(const Json& json) {
  ObjectReader reader(json, "predicate.disk");
  DiskDescription disk;
  disk.guid = TakeGuid(reader, "guid");
  disk.table_sha256 = reader.TakeHex<32>("tableSha256");
  disk.backup_sha256 = reader.TakeHex<32>("backupSha256");
  const Json& partitions = reader.TakeArray("partitions", kMaxPartitions);
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < partitions.size(); ++i) {
    ASSIGN_OR_RETURN(Partition partition,
                     ReadPartition(partitions[i], reader.Place("partitions") + "[" + std::to_string(i) + "]"));
    disk.partitions.push_back(std::move(partition));
  }
  return disk;
}

Result<VerityParameters> ReadVerity(const Json& json) {
  ObjectReader reader(json, "predicate.verity");
  VerityParameters verity;
  verity.root_hash = reader.TakeHex<32>("rootHash");
  verity.salt = reader.TakeHexBytes("salt", kMaxSalt);
  verity.data_offset = reader.TakeNumber("dataOffset");
  verity.data_blocks = reader.TakeNumber("dataBlocks");
  verity.hash_offset = reader.TakeNumber("hashOffset");
  const uint64_t block_size = reader.TakeNumber("blockSize");
  if (block_size > 65536) reader.Refuse("blockSize", "larger than 65536");
  verity.block_size = static_cast<uint32_t>(std::min<uint64_t>(block_size, 65536));
  RETURN_IF_ERROR(reader.Finish());
  return verity;
}

Result<Manifest> ReadPredicate(const Json& json) {
  ObjectReader reader(json, "predicate");
  Manifest manifest;
  manifest.name = reader.TakeText("name");
  manifest.version = reader.TakeText("version");
  manifest.architecture = reader.TakeText("architecture");
  manifest.sequence = reader.TakeNumber("sequence");
  manifest.least_sequence = reader.TakeNumber("leastSequence");
  manifest.smol_bin_least_sequence = reader.TakeNumber("smolBinLeastSequence");
  manifest.policy_least_sequence = reader.TakeNumber("policyLeastSequence");
  manifest.source_date_epoch = reader.TakeNumber("sourceDateEpoch");
  if (reader.Has("lockSha256")) manifest.lock_sha256 = reader.TakeHex<32>("lockSha256");
  if (reader.Has("commandLine")) manifest.command_line = reader.TakeText("commandLine", kMaxCommandLine);
  const Json& artifacts = reader.TakeArray("artifacts", kRoles.size());
  const Json* disk = reader.Has("disk") ? &reader.Take("disk") : nullptr;
  const Json* verity = reader.Has("verity") ? &reader.Take("verity") : nullptr;
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < artifacts.size(); ++i) {
    ASSIGN_OR_RETURN(const Artifact artifact,
                     ReadArtifact(artifacts[i], reader.Place("artifacts") + "[" + std::to_string(i) + "]"));
    manifest.artifacts.push_back(artifact);
  }
  if (disk != nullptr) {
    ASSIGN_OR_RETURN(manifest.disk, ReadDisk(*disk));
  }
  if (verity != nullptr) {
    ASSIGN_OR_RETURN(manifest.verity, ReadVerity(*verity));
  }
  return manifest;
}

/// What holds between members. The text for a broken rule, or empty.
std::string BrokenDiskRule(const DiskDescription& disk, uint64_t image_size) {
  uint32_t last = 0;
  for (const Partition& partition : disk.partitions) {
    const std::string who = "partition " + std::to_string(partition.number);
    if (partition.number <= last) return who + ": numbers start at 1 and grow";
    last = partition.number;
    if (partition.size == 0 || !InBounds(partition.offset, partition.size, image_size)) {
      return who + ": not inside rootfs.img";
    }
    for (const Partition& other : disk.partitions) {
      if (other.number != partition.number && other.offset < partition.offset + partition.size &&
          partition.offset < other.offset + other.size) {
        return who + ": overlaps with partition " + std::to_string(other.number);
      }
    }
  }
  return {};
}

std::string BrokenVerityRule(const VerityParameters& verity, uint64_t image_size) {
  if (!std::has_single_bit(verity.block_size) || verity.block_size < 512)
    return "verity: block size is no power of two";
  if (verity.salt.size() > kMaxSalt) return "verity: salt longer than 256 bytes";
  if (verity.data_blocks == 0 || verity.data_blocks > image_size / verity.block_size ||
      !InBounds(verity.data_offset, verity.data_blocks * verity.block_size, image_size) ||
      !InBounds(verity.hash_offset, verity.block_size, image_size)) {
    return "verity: not inside rootfs.img";
  }
  return {};
}

std::string BrokenRule(const Manifest& manifest) {
  if (!IsToken(manifest.name)) return "name: not of letters, digits and . _ + ~ -";
  if (!IsToken(manifest.version)) return "version: not of letters, digits and . _ + ~ -";
  if (!IsToken(manifest.architecture)) return "architecture: not of letters, digits and . _ + ~ -";
  if (manifest.least_sequence > manifest.sequence) return "leastSequence: larger than sequence";
  if (!IsPrintable(manifest.command_line)) return "commandLine: not printable ASCII";
  if (manifest.source_date_epoch > kLastUtcSecond) return "sourceDateEpoch: past the year 9999";
  for (size_t i = 0; i < manifest.artifacts.size(); ++i) {
    if (i != 0 && manifest.artifacts[i].role <= manifest.artifacts[i - 1].role) {
      return "artifacts: a role twice, or not in order";
    }
    if (manifest.artifacts[i].size > static_cast<uint64_t>(INT64_MAX)) return "artifacts: a size past 2^63 - 1";
  }
  const Artifact* rootfs = manifest.Find(ArtifactRole::kRootfs);
  if (rootfs == nullptr) return "artifacts: no rootfs";
  if (manifest.disk) {
    if (std::string rule = BrokenDiskRule(*manifest.disk, rootfs->size); !rule.empty()) return rule;
  }
  return manifest.verity ? BrokenVerityRule(*manifest.verity, rootfs->size) : std::string();
}

}  // namespace

std::string ArtifactFileName(ArtifactRole role, std::string_view architecture) {
  if (role == ArtifactRole::kSmolBin) return "smol-bin." + std::string(architecture) + ".img";
  return std::string(kRoles[static_cast<size_t>(role)].file);
}

bool IsShipped(ArtifactRole role) { return kRoles[static_cast<size_t>(role)].shipped; }

const Artifact* Manifest::Find(ArtifactRole role) const {
  const auto found =
      std::find_if(artifacts.begin(), artifacts.end(), [&](const Artifact& artifact) { return artifact.role == role; });
  return found == artifacts.end() ? nullptr : &*found;
}

Result<std::string> FormatManifest(const Manifest& manifest) {
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return UsageError("manifest: " + rule);
  std::string text = ManifestText(manifest);
  // Numbers past 2^63 - 1 and text that is not UTF-8 show here.
  const Result<Manifest> again = ParseManifest(text);
  if (!again.ok() || *again != manifest) {
    return UsageError("manifest: can't be written: " + (again.ok() ? "text that is not UTF-8" : again.error().message));
  }
  return text;
}

Result<Manifest> ParseManifest(std::string_view text) {
  ASSIGN_OR_RETURN(const Json document, ParseStrictJson(text, kMaxManifestSize, kManifestName));
  ObjectReader reader(document, "");
  const std::string type = reader.TakeText("_type");
  reader.TakeArray("subject", kRoles.size());  // repeats the artifacts: see the comparison below
  const std::string predicate_type = reader.TakeText("predicateType");
  const Json& predicate = reader.Take("predicate");
  RETURN_IF_ERROR(reader.Finish().WithContext(kManifestName));
  if (type != kStatementType) return UnsupportedError("manifest.json: _type is not " + std::string(kStatementType));
  if (predicate_type != kPredicateType) {
    return UnsupportedError("manifest.json: predicateType is not " + std::string(kPredicateType));
  }
  ASSIGN_OR_RETURN(Manifest manifest, ReadPredicate(predicate).WithContext(kManifestName));
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return CorruptError("manifest.json: " + rule);
  if (ManifestText(manifest) != text) {
    return CorruptError("manifest.json: not in canonical form, or subjects that differ from the artifacts");
  }
  return manifest;
}

}  // namespace hallmark
