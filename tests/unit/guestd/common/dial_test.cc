// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/dial.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;
using ::hallmark::testing::WriteFile;

TEST(HostAddress, IsOneOfFourKinds) {
  for (const auto& [text, name] : std::vector<std::pair<std::string, std::string>>{{"auto", "the host"},
                                                                                   {"vsock:2:51234", "vsock 2:51234"},
                                                                                   {"port:org.x", "port org.x"},
                                                                                   {"unix:/a b", "socket /a b"}}) {
    ASSERT_OK_AND_ASSIGN(const HostAddress address, ParseHostAddress(text));
    EXPECT_EQ(ToString(address), name);
  }
  for (const char* text :
       {"", "vsock:2", "vsock:2:", "vsock:2:x", "vsock:2:4294967296", "vsock:-1:1", "unix:", "tcp:1"}) {
    EXPECT_THAT(ParseHostAddress(text), HasError(ErrorKind::kUsage, "is not an address")) << text;
  }
}

TEST(VirtioPort, IsFoundByItsName) {
  const TempDir directory;
  WriteFile(directory / "sys/class/virtio-ports/vport0p1/name", "com.other\n");
  WriteFile(directory / "sys/class/virtio-ports/vport0p2/name", "org.hallmark.sdk\n");
  ASSERT_OK_AND_ASSIGN(const std::string node, FindVirtioPort("org.hallmark.sdk", directory / "sys", "/dev"));
  EXPECT_EQ(node, "/dev/vport0p2");
  EXPECT_THAT(FindVirtioPort("org.hallmark", directory / "sys", "/dev"),
              HasError(ErrorKind::kNotFound, "no virtio-serial"));
}

}  // namespace
}  // namespace hallmark::guest
