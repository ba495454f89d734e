// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/device_mapper.h"

#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "lib/base/checked.h"
#include "lib/base/file.h"

namespace hallmark::guest {
namespace {

constexpr size_t kTargetAlignment = 8;

/// The buffer of one ioctl: struct dm_ioctl, followed by a target with its parameters if the command takes one.
std::vector<char> MakeRequest(const MappedDevice& device, uint32_t flags, bool with_target) {
  const size_t parameters_size = RoundUp(device.parameters.size() + 1, kTargetAlignment);
  const size_t size = sizeof(dm_ioctl) + (with_target ? sizeof(dm_target_spec) + parameters_size : 0);
  std::vector<char> buffer(size);
  dm_ioctl header{};
  header.version[0] = DM_VERSION_MAJOR;
  header.data_size = static_cast<uint32_t>(size);
  header.data_start = sizeof(dm_ioctl);
  header.flags = flags;
  header.target_count = with_target ? 1 : 0;
  std::memcpy(header.name, device.name.data(), device.name.size());
  if (!with_target) std::memcpy(header.uuid, device.uuid.data(), device.uuid.size());
  std::memcpy(buffer.data(), &header, sizeof header);
  if (with_target) {
    dm_target_spec target{};
    target.length = device.sectors;
    target.next = static_cast<uint32_t>(sizeof(dm_target_spec) + parameters_size);
    std::memcpy(target.target_type, device.target.data(), device.target.size());
    std::memcpy(buffer.data() + sizeof header, &target, sizeof target);
    std::memcpy(buffer.data() + sizeof header + sizeof target, device.parameters.data(), device.parameters.size());
  }
  return buffer;
}

/// Sends one ioctl. Returns the header of the kernel's answer.
Result<dm_ioctl> Send(const File& control, unsigned long command, std::vector<char> request, std::string_view what) {
  if (ioctl(control.fd(), command, request.data()) != 0) return ErrnoError(errno, what);
  dm_ioctl header;
  std::memcpy(&header, request.data(), sizeof header);
  return header;
}

}  // namespace

Result<std::string> CreateMappedDevice(const MappedDevice& device) {
  if (device.name.size() >= DM_NAME_LEN || device.uuid.size() >= DM_UUID_LEN ||
      device.target.size() >= DM_MAX_TYPE_NAME) {
    return InternalError("device-mapper name too long");
  }
  ASSIGN_OR_RETURN(const File control, File::Open("/dev/mapper/control", O_RDWR));
  ASSIGN_OR_RETURN(const dm_ioctl created,
                   Send(control, DM_DEV_CREATE, MakeRequest(device, 0, false), "creating device " + device.name));
  MappedDevice unnamed = device;
  unnamed.uuid.clear();  // DM_DEV_CREATE took it; the later commands find the device by name alone
  RETURN_IF_ERROR(Send(control, DM_TABLE_LOAD, MakeRequest(unnamed, DM_READONLY_FLAG, true),
                       "loading table '" + device.target + " " + device.parameters + "'"));
  // Without DM_SUSPEND_FLAG, this resumes the device: the new table becomes live.
  RETURN_IF_ERROR(Send(control, DM_DEV_SUSPEND, MakeRequest(unnamed, 0, false), "starting device " + device.name));
  const std::string node = "/dev/mapper/" + device.name;
  const auto number = static_cast<dev_t>(created.dev);
  // The kernel packs the number as new_encode_dev() does: 12 bits of major above the low 8 bits of minor, then the rest
  // of minor.
  const unsigned dev_major = (number & 0xfff00) >> 8;
  const unsigned dev_minor = (number & 0xff) | ((number >> 12) & 0xfff00);
  if (mknod(node.c_str(), S_IFBLK | 0600, makedev(dev_major, dev_minor)) != 0 && errno != EEXIST) {
    return ErrnoError(errno, node);
  }
  return node;
}

}  // namespace hallmark::guest
