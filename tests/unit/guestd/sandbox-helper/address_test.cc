// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

namespace hallmark::sandbox {
namespace {

struct Case {
  const char* address;
  const char* what;  // empty: may be connected to
};

// First and last addresses of each network, and the ones just outside.
constexpr Case kCases[] = {
    {"0.0.0.0", "this network"},
    {"0.255.255.255", "this network"},
    {"1.0.0.0", ""},
    {"9.255.255.255", ""},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"11.0.0.0", ""},
    {"100.63.255.255", ""},
    {"100.64.0.0", "shared by a provider"},
    {"100.100.100.200", "metadata service"},
    {"100.127.255.255", "shared by a provider"},
    {"100.128.0.0", ""},
    {"126.255.255.255", ""},
    {"127.0.0.1", "loopback"},
    {"127.255.255.255", "loopback"},
    {"128.0.0.0", ""},
    {"168.63.129.15", ""},
    {"168.63.129.16", "metadata service"},
    {"168.63.129.17", ""},
    {"169.253.255.255", ""},
    {"169.254.0.0", "link-local"},
    {"169.254.169.254", "metadata service"},
    {"169.254.255.255", "link-local"},
    {"169.255.0.0", ""},
    {"172.15.255.255", ""},
    {"172.16.0.0", "private"},
    {"172.31.255.255", "private"},
    {"172.32.0.0", ""},
    {"191.255.255.255", ""},
    {"192.0.0.0", "protocol assignments"},
    {"192.0.0.192", "metadata service"},
    {"192.0.0.255", "protocol assignments"},
    {"192.0.1.0", ""},
    {"192.0.2.1", "for documentation"},
    {"192.31.196.1", "AS112"},
    {"192.52.193.1", "automatic multicast tunnels"},
    {"192.88.99.1", "6to4 relay"},
    {"192.167.255.255", ""},
    {"192.168.0.0", "private"},
    {"192.168.255.255", "private"},
    {"192.169.0.0", ""},
    {"192.175.48.1", "AS112"},
    {"198.17.255.255", ""},
    {"198.18.0.0", "for benchmarks"},
    {"198.19.255.255", "for benchmarks"},
    {"198.20.0.0", ""},
    {"198.51.100.7", "for documentation"},
    {"203.0.113.7", "for documentation"},
    {"223.255.255.255", ""},
    {"224.0.0.1", "multicast"},
    {"239.255.255.255", "multicast"},
    {"240.0.0.0", "reserved"},
    {"255.255.255.254", "reserved"},
    {"255.255.255.255", "broadcast"},
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::127.0.0.1", "IPv4-compatible"},
    {"::808:808", "IPv4-compatible"},
    {"::ffff:127.0.0.1", "IPv4-mapped"},
    {"::ffff:8.8.8.8", "IPv4-mapped"},
    {"::ffff:0:8.8.8.8", "IPv4-translated"},
    {"64:ff9b::a00:1", "NAT64"},
    {"64:ff9b::808:808", "NAT64"},
    {"64:ff9b:1::a00:1", "NAT64"},
    {"64:ff9c::1", "not public"},
    {"100::1", "not public"},
    {"2001::1", "Teredo"},
    {"2001:1::1", "protocol assignments"},
    {"2001:20::1", "protocol assignments"},
    {"2001:1ff:ffff::1", "protocol assignments"},
    {"2001:200::1", ""},
    {"2001:db7::1", ""},
    {"2001:db8::1", "for documentation"},
    {"2001:db9::1", ""},
    {"2001:4860:4860::8888", ""},
    {"2002:7f00:1::1", "6to4"},
    {"2606:4700::1111", ""},
    {"2620:4f:8000::1", "AS112"},
    {"2a00:1450:4001:1:0:5efe:10.0.0.1", "ISATAP"},
    {"2a00:1450:4001:1:200:5efe:10.0.0.1", "ISATAP"},
    {"3ffe::1", ""},
    {"3fff::1", "for documentation"},
    {"3fff:fff:ffff::1", "for documentation"},
    {"3fff:1000::1", ""},
    {"4000::1", "not public"},
    {"fbff::1", "not public"},
    {"fc00::1", "private"},
    {"fd00:ec2::254", "private"},
    {"fe80::1", "link-local"},
    {"fe80::1%lo", "link-local"},
    {"febf:ffff::1", "link-local"},
    {"fec0::1", "site-local"},
    {"ff02::1", "multicast"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"},
};

TEST(RefusedAddress, NamesWhatIsNotPublic) {
  for (const Case& each : kCases) {
    const auto address = ParseIpAddress(each.address);
    ASSERT_TRUE(address) << each.address;
    EXPECT_EQ(RefusedAddress(*address), each.what) << each.address;
  }
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
