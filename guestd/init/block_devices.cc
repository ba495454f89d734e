// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/block_devices.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "guestd/init/gpt.h"
#include "guestd/init/verity.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

// ext4's superblock starts 1024 bytes into the device; magic, UUID and label are at these offsets of it
// (Documentation/filesystems/ext4/super.rst).
constexpr size_t kExtSuperblock = 1024;
constexpr size_t kExtMagic = kExtSuperblock + 0x38;
constexpr size_t kExtUuid = kExtSuperblock + 0x68;
constexpr size_t kExtLabel = kExtSuperblock + 0x78;
constexpr size_t kProbeSize = 4096;
constexpr uint32_t kDefaultSectorSize = 512;

std::string UuidText(ByteSpan bytes) {
  std::string text = ToHex(bytes);
  for (const size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

/// A number from a file of sysfs; 0 if there is none.
uint64_t SysfsNumber(const fs::path& path) {
  const auto text = ReadSmallFile(path, 64);
  uint64_t number = 0;
  if (text.ok()) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

/// The partitions of a disk, by number, as the kernel named them: {1, "vda1"}.
std::map<uint32_t, std::string> KernelPartitions(const fs::path& disk) {
  std::map<uint32_t, std::string> partitions;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(disk, ignored)) {
    const auto number = SysfsNumber(entry.path() / "partition");
    if (number > 0) partitions[static_cast<uint32_t>(number)] = entry.path().filename();
  }
  return partitions;
}

Result<std::vector<DeviceName>> ProbeDevice(const fs::path& node) {
  ASSIGN_OR_RETURN(const File device, File::OpenForReading(node));
  ByteVector start(kProbeSize);
  ASSIGN_OR_RETURN(const size_t length, device.ReadUpTo(0, start));
  return ProbeSuperblock(ByteSpan(start).first(length));
}

Result<std::vector<GptPartition>> ReadGptAt(const File& disk, uint64_t lba, uint32_t sector_size) {
  ByteVector sector(sector_size);
  RETURN_IF_ERROR(disk.ReadAt(lba * sector_size, sector));
  ASSIGN_OR_RETURN(const GptHeader header, DecodeGptHeader(sector, lba));
  ByteVector entries(size_t{header.entry_count} * header.entry_size);
  ASSIGN_OR_RETURN(const uint64_t size, disk.Size());
  if (header.entries_lba >= size / sector_size) return CorruptError("GPT entries: past the end of the disk");
  RETURN_IF_ERROR(disk.ReadAt(header.entries_lba * sector_size, entries));
  return DecodeGptEntries(header, entries);
}

}  // namespace

std::vector<DeviceName> ProbeSuperblock(ByteSpan start) {
  using Kind = DeviceName::Kind;
  std::vector<DeviceName> names;
  if (const auto verity = DecodeVeritySuperblock(start); verity.ok()) {
    names.push_back({Kind::kUuid, UuidText(verity->uuid)});
  } else if (start.size() >= kExtLabel + 16 && start[kExtMagic] == 0x53 && start[kExtMagic + 1] == 0xef) {
    names.push_back({Kind::kUuid, UuidText(start.subspan(kExtUuid, 16))});
    const std::string_view label = AsText(start.subspan(kExtLabel, 16));
    if (label[0] != '\0') names.push_back({Kind::kLabel, std::string(label.substr(0, label.find('\0')))});
  }
  return names;
}

Result<std::map<uint32_t, std::vector<DeviceName>>> ReadPartitionNames(const File& disk, uint32_t sector_size) {
  using Kind = DeviceName::Kind;
  ASSIGN_OR_RETURN(const uint64_t size, disk.Size());
  if (size < uint64_t{3} * sector_size) return CorruptError("no GPT: too small");
  auto partitions = ReadGptAt(disk, 1, sector_size);
  if (!partitions.ok()) {
    auto backup = ReadGptAt(disk, size / sector_size - 1, sector_size);
    if (!backup.ok()) return std::move(partitions).error();
    partitions = std::move(backup);
  }
  std::map<uint32_t, std::vector<DeviceName>> names;
  for (const GptPartition& partition : *partitions) {
    auto& of_partition = names[partition.number];
    of_partition.push_back({Kind::kPartUuid, partition.guid});
    if (!partition.label.empty()) of_partition.push_back({Kind::kPartLabel, partition.label});
  }
  return names;
}

void BlockDevices::Refresh() {
  std::error_code ignored;
  std::vector<std::string> disks;
  for (const auto& entry : fs::directory_iterator(sys_ / "class/block", ignored)) {
    const std::string name = entry.path().filename();
    const bool is_partition = fs::exists(entry.path() / "partition", ignored);
    if (!is_partition && !seen_.contains(name) && SysfsNumber(entry.path() / "size") > 0) disks.push_back(name);
  }
  std::sort(disks.begin(), disks.end());
  for (const std::string& disk : disks) Examine(disk);
}

void BlockDevices::Examine(const std::string& disk) {
  const auto add = [&](const std::string& name, std::vector<DeviceName> names) {
    Seen seen{{(dev_ / name).string(), std::move(names)}, ""};
    auto probed = ProbeDevice(dev_ / name);
    if (probed.ok()) {
      seen.device.names.insert(seen.device.names.end(), probed->begin(), probed->end());
    } else {
      seen.trouble = probed.error().message;
    }
    seen_[name] = std::move(seen);
  };
  std::map<uint32_t, std::vector<DeviceName>> names;
  if (const auto file = File::OpenForReading(dev_ / disk); file.ok()) {
    int sector_size = 0;
    if (ioctl(file->fd(), BLKSSZGET, &sector_size) != 0 || sector_size <= 0) sector_size = kDefaultSectorSize;
    auto read = ReadPartitionNames(*file, static_cast<uint32_t>(sector_size));
    if (read.ok()) names = std::move(*read);
  }
  add(disk, {});
  for (const auto& [number, name] : KernelPartitions(sys_ / "class/block" / disk)) add(name, names[number]);
}

Result<BlockDevice> BlockDevices::Find(const DeviceName& name) const {
  const BlockDevice* found = nullptr;
  for (const auto& [kernel_name, seen] : seen_) {
    const auto& names = seen.device.names;
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (found != nullptr) {
      return CorruptError("both " + found->node + " and " + seen.device.node + " are " + ToString(name));
    }
    found = &seen.device;
  }
  if (found == nullptr) return NotFoundError(ToString(name) + " has not appeared");
  return *found;
}

std::string BlockDevices::Describe() const {
  std::string text;
  for (const auto& [name, seen] : seen_) {
    if (!text.empty()) text += ", ";
    text += name;
    for (const DeviceName& device_name : seen.device.names) text += " " + ToString(device_name);
    if (!seen.trouble.empty()) text += " (unreadable: " + seen.trouble + ")";
  }
  return text.empty() ? "no disk at all" : text;
}

}  // namespace hallmark::guest
