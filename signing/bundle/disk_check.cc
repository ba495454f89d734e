// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/disk_check.h"

#include <algorithm>

#include "lib/gpt/gpt.h"
#include "signing/bundle/disk_reader.h"

namespace hallmark {
namespace {

constexpr std::string_view kImage = "rootfs.img";

Finding TableFinding(Verdict verdict, std::string message, uint64_t offset, uint64_t length) {
  return {verdict, std::string(kImage), std::move(message), offset, length};
}

/// What differs in one partition; empty if nothing does.
std::string Difference(const Partition& expected, const Partition& actual) {
  if (actual.offset != expected.offset) {
    return "begins at " + std::to_string(actual.offset) + " and not at " + std::to_string(expected.offset);
  }
  if (actual.size != expected.size) {
    return "has " + std::to_string(actual.size) + " bytes and not " + std::to_string(expected.size);
  }
  if (actual.type != expected.type) return "has the type " + FormatGuid(actual.type);
  if (actual.name != expected.name) return "has another name";
  if (actual.attributes != expected.attributes) return "has other attributes";
  return {};
}

/// Says what differs between two sound partition tables. GUIDs of partitions come last: if nothing else differs, the
/// image is another release, since these GUIDs hold its root hash (Discoverable Partitions Specification).
Finding Compare(const DiskDescription& expected, const DiskDescription& actual) {
  const uint64_t front = kGptPrimarySize;
  if (actual.partitions.size() != expected.partitions.size()) {
    return TableFinding(Verdict::kTable,
                        "has " + std::to_string(actual.partitions.size()) + " partitions and not " +
                            std::to_string(expected.partitions.size()),
                        0, front);
  }
  for (size_t i = 0; i < expected.partitions.size(); ++i) {
    const Partition& partition = expected.partitions[i];
    std::string difference = Difference(partition, actual.partitions[i]);
    if (actual.partitions[i].number != partition.number) difference = "is missing";
    if (difference.empty()) continue;
    Finding finding =
        TableFinding(Verdict::kTable, "partition " + std::to_string(partition.number) + " " + difference, 0, front);
    finding.partition = partition.number;
    return finding;
  }
  for (size_t i = 0; i < expected.partitions.size(); ++i) {
    const Guid& guid = actual.partitions[i].guid;
    if (guid == expected.partitions[i].guid) continue;
    Finding finding = TableFinding(Verdict::kWrongRelease,
                                   "is an image of another release: partition " +
                                       std::to_string(expected.partitions[i].number) + " is " + FormatGuid(guid) +
                                       " and the manifest's is " + FormatGuid(expected.partitions[i].guid),
                                   0, front);
    finding.partition = expected.partitions[i].number;
    return finding;
  }
  return TableFinding(Verdict::kTable, "has another partition table than signed", 0, front);
}

}  // namespace

Result<std::optional<Finding>> CheckDiskTable(const DiskDescription& expected, const File& image) {
  const uint64_t front = kGptPrimarySize;
  const uint64_t back = kGptBackupSize;
  ASSIGN_OR_RETURN(const uint64_t size, image.Size());
  if (size < front + back) return std::optional(TableFinding(Verdict::kTable, "has no partition table", 0, size));
  ASSIGN_OR_RETURN(const Sha256Digest front_digest, Sha256OfRange(image, 0, front));
  ASSIGN_OR_RETURN(const Sha256Digest back_digest, Sha256OfRange(image, size - back, back));
  if (front_digest != expected.table_sha256) {
    const Result<std::optional<DiskDescription>> actual = DescribeDiskTable(image);
    if (!actual.ok() && actual.error().kind == ErrorKind::kIo) return actual.error();
    if (!actual.ok()) return std::optional(TableFinding(Verdict::kTable, actual.error().message, 0, front));
    if (!*actual) return std::optional(TableFinding(Verdict::kTable, "has no partition table", 0, front));
    return std::optional(Compare(expected, **actual));
  }
  if (back_digest != expected.backup_sha256) {
    return std::optional(
        TableFinding(Verdict::kTable, "has another backup of its partition table than signed", size - back, back));
  }
  return std::optional<Finding>();
}

}  // namespace hallmark
