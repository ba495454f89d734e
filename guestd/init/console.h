// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// Tells the host what happens. Progress goes to the kernel's log, which the console shows unless the kernel was told
/// to be quiet; a failure goes to the console itself. Both also go to the virtio-serial port, if the host gave the
/// machine one, so that a host need not parse a log.
class Console {
 public:
  /// The name of the virtio-serial port that reports go to.
  static constexpr std::string_view kPortName = "org.hallmark.boot";

  /// Opens the log and the console. /dev must be mounted. Does without what is missing.
  void Open();
  /// Looks for the virtio-serial port. Call it after the modules are loaded.
  void OpenPort();

  /// Reports that a stage has begun, or something else worth knowing.
  void Say(std::string_view line);
  /// Reports the failure that ends the boot. Waits until the console has printed it.
  void Fail(const Error& error);

 private:
  void WriteToPort(std::string_view line);

  UniqueFd log_;
  UniqueFd console_;
  UniqueFd port_;
  std::vector<std::string> unsent_;  ///< lines said before the port was found
};

}  // namespace hallmark::guest
