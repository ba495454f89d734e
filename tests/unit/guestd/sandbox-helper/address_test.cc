// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

namespace hallmark::sandbox {
namespace {

TEST(RefusedAddress, NamesWhatIsNotPublic) {
  const auto refused = [](const char* text) { return RefusedAddress(ParseIpAddress(text).value()); };
  EXPECT_EQ(refused("8.8.8.8"), "");
  EXPECT_EQ(refused("127.0.0.1"), "loopback");
  EXPECT_EQ(refused("2606:4700::1111"), "");
  EXPECT_EQ(refused("::ffff:8.8.8.8"), "IPv4-mapped");
  EXPECT_EQ(refused("fe80::1%lo"), "link-local");
}

TEST(RefusedAddress, RefusesAScopeEvenOnAPublicAddress) {
  IpAddress address = ParseIpAddress("2606:4700::1111").value();
  address.scope = 2;
  EXPECT_EQ(RefusedAddress(address), "scoped to a link");
}

TEST(IpAddress, IsReadAndWrittenInOneSpelling) {
  for (const char* text : {"192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1"}) {
    const auto address = ParseIpAddress(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(ToString(*address), text);
  }
  for (const char* text : {"", "a.b", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4%1", ":::", "fe80::1%", "fe80::1%no"}) {
    EXPECT_FALSE(ParseIpAddress(text)) << text;
  }
}

TEST(IpAddress, HasTheZoneOfItsLink) {
  EXPECT_EQ(ParseIpAddress("fe80::1%7")->scope, 7U);
  EXPECT_EQ(ParseIpAddress("fe80::1")->scope, 0U);
}

TEST(SocketAddress, IsInNetworkOrder) {
  const SocketAddress v4 = MakeSocketAddress(ParseIpAddress("192.0.2.1").value(), 258);
  const auto& in = reinterpret_cast<const sockaddr_in&>(v4.storage);
  EXPECT_EQ(v4.size, sizeof in);
  EXPECT_EQ(in.sin_family, AF_INET);
  EXPECT_EQ(in.sin_port, htons(258));
  EXPECT_EQ(in.sin_addr.s_addr, htonl(0xC0000201));
  const SocketAddress v6 = MakeSocketAddress(ParseIpAddress("fe80::1%7").value(), 53);
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(v6.storage);
  EXPECT_EQ(v6.size, sizeof in6);
  EXPECT_EQ(in6.sin6_family, AF_INET6);
  EXPECT_EQ(in6.sin6_scope_id, 7U);
  EXPECT_EQ(in6.sin6_addr.s6_addr[15], 1);
}

}  // namespace
}  // namespace hallmark::sandbox
