// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "lib/base/result.h"

namespace hallmark::guest {

/// The node of the whole disk whose exFAT volume has this label: "/dev/sda". `sys` and `dev` are where sysfs and
/// devtmpfs are mounted.
Result<std::string> FindExfatDisk(const std::string& label, const std::filesystem::path& sys = "/sys",
                                  const std::filesystem::path& dev = "/dev");

/// Waits for the smol-bin disk, mounts it read-only at `directory`, calls `visit` with that directory, and unmounts it
/// whatever `visit` returned. kNotFound if the disk does not appear within `patience`.
Result<void> VisitSmolBin(const std::string& label, const std::filesystem::path& directory,
                          std::chrono::milliseconds patience,
                          const std::function<Result<void>(const std::filesystem::path&)>& visit);

}  // namespace hallmark::guest
