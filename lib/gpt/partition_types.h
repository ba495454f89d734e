// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/base/guid.h"

namespace hallmark {

/// EFI system partition: UEFI specification 2.10, 5.3.3.
constexpr Guid kEspPartitionType = GuidLiteral("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

/// "Linux filesystem data", which installers give any partition.
constexpr Guid kLinuxPartitionType = GuidLiteral("0fc63daf-8483-4772-8e79-3d69d8477de4");

/// The types of a root filesystem and its dm-verity hash tree, by architecture: the Discoverable Partitions
/// Specification.
struct RootPartitionTypes {
  std::string_view architecture;  ///< Debian's name
  Guid root;
  Guid verity;
};
constexpr RootPartitionTypes kRootPartitionTypes[] = {
    {"arm64", GuidLiteral("b921b045-1df0-41c3-af44-4c6f280d3fae"), GuidLiteral("df3300ce-d69f-4c92-978c-9bfb0f38d820")},
    {"amd64", GuidLiteral("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"), GuidLiteral("2c7357ed-ebd2-46d9-aec1-23d437ec2bf5")},
};

}  // namespace hallmark
