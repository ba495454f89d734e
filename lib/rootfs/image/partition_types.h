// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace hallmark {

// Partition types as the design states them: an ESP (UEFI specification 2.10, 5.3.3), and the Discoverable Partitions
// Specification's root and root-verity.
constexpr std::string_view kEspPartitionType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
struct RootPartitionTypes {
  std::string_view architecture;  ///< Debian's name
  std::string_view root;
  std::string_view verity;
};
constexpr RootPartitionTypes kRootPartitionTypes[] = {
    {"arm64", "b921b045-1df0-41c3-af44-4c6f280d3fae", "df3300ce-d69f-4c92-978c-9bfb0f38d820"},
    {"amd64", "4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5"},
};

}  // namespace hallmark
