// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/result.h"

namespace hallmark::guest {

/// A device-mapper device of one target.
struct MappedDevice {
  std::string name;      ///< "root"
  std::string uuid;      ///< "CRYPT-VERITY-...": what tools tell its purpose by
  uint64_t sectors = 0;  ///< of 512 bytes
  std::string target;    ///< "verity"
  std::string parameters;
};

/// Makes the device, read-only, loads its table and starts it, by ioctl on /dev/mapper/control. Makes the node
/// /dev/mapper/NAME and returns its path.
Result<std::string> CreateMappedDevice(const MappedDevice& device);

}  // namespace hallmark::guest
