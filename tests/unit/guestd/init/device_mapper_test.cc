// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/device_mapper.h"

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using hallmark::testing::HasError;

const MappedDevice kLongest = {.name = std::string(127, 'n'),
                               .uuid = std::string(128, 'u'),
                               .sectors = 8,
                               .target = std::string(15, 't'),
                               .parameters = "1"};

TEST(DeviceMapperTest, RefusesNamesThatTheKernelWouldCut) {
  MappedDevice name = kLongest;
  name.name += "n";
  EXPECT_THAT(CreateMappedDevice(name), HasError(ErrorKind::kInternal, "device-mapper name too long"));
  MappedDevice uuid = kLongest;
  uuid.uuid += "u";
  EXPECT_THAT(CreateMappedDevice(uuid), HasError(ErrorKind::kInternal, "device-mapper name too long"));
  MappedDevice target = kLongest;
  target.target += "t";
  EXPECT_THAT(CreateMappedDevice(target), HasError(ErrorKind::kInternal, "device-mapper name too long"));
}

}  // namespace
}  // namespace hallmark::guest
