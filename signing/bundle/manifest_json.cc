// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/manifest_json.h"

#include <algorithm>

#include "lib/base/endian.h"
#include "lib/json/json_value.h"
#include "signing/bundle/manifest_rules.h"

namespace hallmark {
namespace {

// Linux takes 2048 bytes on arm64 and amd64 (COMMAND_LINE_SIZE); the rest is left to the host.
constexpr size_t kMaxCommandLine = 1536;
constexpr size_t kMaxPartitionName = size_t{36} * 3;  // 36 UTF-16 units of at most three bytes each in UTF-8

JsonValue ArtifactJson(const Artifact& artifact, std::string_view architecture) {
  JsonValue json = JsonValue::Object({{"role", RoleName(artifact.role)},
                                      {"name", ArtifactFileName(artifact.role, architecture)},
                                      {"size", artifact.size},
                                      {"sha256", ToHex(artifact.sha256)}});
  if (artifact.sha1) json.Set("sha1", ToHex(*artifact.sha1));
  return json;
}

JsonValue DiskJson(const DiskDescription& disk) {
  JsonValue partitions = JsonValue::Array();
  for (const Partition& partition : disk.partitions) {
    JsonValue json = JsonValue::Object({{"number", partition.number},
                                        {"offset", partition.offset},
                                        {"size", partition.size},
                                        {"type", FormatGuid(partition.type)},
                                        {"guid", FormatGuid(partition.guid)},
                                        {"name", partition.name},
                                        {"attributes", ToHex(StructBytes(Be64(partition.attributes)))}});
    if (partition.sha256) json.Set("sha256", ToHex(*partition.sha256));
    partitions.Append(json);
  }
  return JsonValue::Object({{"guid", FormatGuid(disk.guid)},
                            {"tableSha256", ToHex(disk.table_sha256)},
                            {"backupSha256", ToHex(disk.backup_sha256)},
                            {"partitions", partitions}});
}

JsonValue VerityJson(const VerityParameters& verity) {
  return JsonValue::Object({{"rootHash", ToHex(verity.root_hash)},
                            {"salt", ToHex(verity.salt)},
                            {"dataOffset", verity.data_offset},
                            {"dataBlocks", verity.data_blocks},
                            {"hashOffset", verity.hash_offset},
                            {"blockSize", verity.block_size}});
}

Result<Artifact> ReadArtifact(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  Artifact artifact;
  const std::string role = reader.TakeText("role");
  if (const std::optional<ArtifactRole> known = RoleNamed(role)) {
    artifact.role = *known;
  } else {
    reader.Refuse("role", "no such role: " + role);
  }
  reader.TakeText("name");  // the role determines it; RequireCanonical() finds a wrong one
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
  const std::vector<const Json*> partitions = TakeEntries(reader, "partitions", kMaxPartitions);
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < partitions.size(); ++i) {
    ASSIGN_OR_RETURN(Partition partition,
                     ReadPartition(*partitions[i], reader.Place("partitions") + "[" + std::to_string(i) + "]"));
    disk.partitions.push_back(std::move(partition));
  }
  return disk;
}

Result<VerityParameters> ReadVerity(const Json& json) {
  ObjectReader reader(json, "predicate.verity");
  VerityParameters verity;
  verity.root_hash = reader.TakeHex<32>("rootHash");
  verity.salt = reader.TakeHexBytes("salt", kMaxVeritySalt);
  verity.data_offset = reader.TakeNumber("dataOffset");
  verity.data_blocks = reader.TakeNumber("dataBlocks");
  verity.hash_offset = reader.TakeNumber("hashOffset");
  const uint64_t block_size = reader.TakeNumber("blockSize");
  if (block_size > 65536) reader.Refuse("blockSize", "larger than 65536");
  verity.block_size = static_cast<uint32_t>(std::min<uint64_t>(block_size, 65536));
  RETURN_IF_ERROR(reader.Finish());
  return verity;
}

}  // namespace

JsonValue PredicateJson(const Manifest& manifest) {
  JsonValue artifacts = JsonValue::Array();
  for (const Artifact& artifact : manifest.artifacts) {
    artifacts.Append(ArtifactJson(artifact, manifest.architecture));
  }
  JsonValue predicate = JsonValue::Object({{"name", manifest.name},
                                           {"version", manifest.version},
                                           {"architecture", manifest.architecture},
                                           {"sequence", manifest.sequence},
                                           {"leastSequence", manifest.least_sequence},
                                           {"smolBinLeastSequence", manifest.smol_bin_least_sequence},
                                           {"policyLeastSequence", manifest.policy_least_sequence},
                                           {"sourceDateEpoch", manifest.source_date_epoch}});
  if (manifest.lock_sha256) predicate.Set("lockSha256", ToHex(*manifest.lock_sha256));
  if (!manifest.command_line.empty()) predicate.Set("commandLine", manifest.command_line);
  predicate.Set("artifacts", artifacts);
  if (manifest.disk) predicate.Set("disk", DiskJson(*manifest.disk));
  if (manifest.verity) predicate.Set("verity", VerityJson(*manifest.verity));
  return predicate;
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
  const std::vector<const Json*> artifacts = TakeEntries(reader, "artifacts", kArtifactRoles);
  const Json* disk = reader.Has("disk") ? &reader.Take("disk") : nullptr;
  const Json* verity = reader.Has("verity") ? &reader.Take("verity") : nullptr;
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < artifacts.size(); ++i) {
    ASSIGN_OR_RETURN(const Artifact artifact,
                     ReadArtifact(*artifacts[i], reader.Place("artifacts") + "[" + std::to_string(i) + "]"));
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

}  // namespace hallmark
