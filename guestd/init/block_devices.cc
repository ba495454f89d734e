// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/block_devices.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <charconv>

#include "lib/base/guid.h"
#include "lib/base/utf.h"
#include "lib/ext4/superblock.h"
#include "lib/gpt/reader.h"
#include "lib/verity/superblock.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr size_t kProbeSize = 4096;
constexpr uint32_t kDefaultSectorSize = 512;

/// A number from a file of sysfs; 0 if it can't be read.
uint64_t SysfsNumber(const fs::path& path) {
  const auto text = ReadSmallFile(path, 64);
  uint64_t number = 0;
  if (text.ok()) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

/// The partitions of a disk, by number, with the names that the kernel gave them: {1, "vda1"}.
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

}  // namespace

std::vector<DeviceName> ProbeSuperblock(ByteSpan start) {
  using Kind = DeviceName::Kind;
  auto volume = ProbeVerity(start);
  if (!volume) volume = ProbeExt4(start);
  std::vector<DeviceName> names;
  if (!volume) return names;
  names.push_back({Kind::kUuid, std::move(volume->uuid)});
  if (!volume->label.empty()) names.push_back({Kind::kLabel, std::move(volume->label)});
  return names;
}

Result<std::map<uint32_t, std::vector<DeviceName>>> ReadPartitionNames(const File& disk, uint32_t sector_size) {
  using Kind = DeviceName::Kind;
  ASSIGN_OR_RETURN(const std::vector<GptEntry> entries, ReadGptEntries(disk, sector_size));
  std::map<uint32_t, std::vector<DeviceName>> names;
  for (const GptEntry& entry : entries) {
    auto& of_partition = names[entry.number];
    of_partition.push_back({Kind::kPartUuid, FormatGuid(entry.guid)});
    if (!entry.name.empty()) of_partition.push_back({Kind::kPartLabel, Utf16ToUtf8Replacing(entry.name, "?")});
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
