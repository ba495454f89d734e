// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/result.h"

namespace hallmark::guest {

/// A device-mapper device with one target.
struct MappedDevice {
  std::string name;      ///< "root"
  std::string uuid;      ///< "CRYPT-VERITY-...": from it tools know what the device is for
  uint64_t sectors = 0;  ///< of 512 bytes
  std::string target;    ///< "verity"
  std::string parameters;
};

/// Makes the read-only device, loads its table and starts it, by ioctl(2) on /dev/mapper/control. Makes the node
/// /dev/mapper/NAME and returns its path.
Result<std::string> CreateMappedDevice(const MappedDevice& device);

}  // namespace hallmark::guest
