// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace hallmark {
namespace {

struct Case {
  const char* what;       // empty: may be connected to
  const char* addresses;  // with blanks between
};

// First and last addresses of each network, and the ones just outside.
constexpr Case kCases4[] = {
    {"this network", "0.0.0.0 0.255.255.255"},
    {"",
     "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 "
     "168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 "
     "192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255"},
    {"private", "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255"},
    {"shared by a provider", "100.64.0.0 100.127.255.255"},
    {"metadata service", "100.100.100.200 168.63.129.16 169.254.169.254 192.0.0.192"},
    {"loopback", "127.0.0.1 127.255.255.255"},
    {"link-local", "169.254.0.0 169.254.255.255"},
    {"protocol assignments", "192.0.0.0 192.0.0.255"},
    {"for documentation", "192.0.2.1 198.51.100.7 203.0.113.7"},
    {"AS112", "192.31.196.1 192.175.48.1"},
    {"automatic multicast tunnels", "192.52.193.1"},
    {"6to4 relay", "192.88.99.1"},
    {"for benchmarks", "198.18.0.0 198.19.255.255"},
    {"multicast", "224.0.0.1 239.255.255.255"},
    {"reserved", "240.0.0.0 255.255.255.254"},
    {"broadcast", "255.255.255.255"},
};

constexpr Case kCases6[] = {
    {"unspecified", "::"},
    {"loopback", "::1"},
    {"IPv4-compatible", "::127.0.0.1 ::808:808"},
    {"IPv4-mapped", "::ffff:127.0.0.1 ::ffff:8.8.8.8"},
    {"IPv4-translated", "::ffff:0:8.8.8.8"},
    {"NAT64", "64:ff9b::a00:1 64:ff9b::808:808 64:ff9b:1::a00:1"},
    {"not public", "64:ff9c::1 100::1 4000::1 fbff::1"},
    {"Teredo", "2001::1"},
    {"protocol assignments", "2001:1::1 2001:20::1 2001:1ff:ffff::1"},
    {"", "2001:200::1 2001:db7::1 2001:db9::1 2001:4860:4860::8888 2606:4700::1111 3ffe::1 3fff:1000::1"},
    {"for documentation", "2001:db8::1 3fff::1 3fff:fff:ffff::1"},
    {"6to4", "2002:7f00:1::1"},
    {"AS112", "2620:4f:8000::1"},
    {"ISATAP", "2a00:1450:4001:1:0:5efe:10.0.0.1 2a00:1450:4001:1:200:5efe:10.0.0.1"},
    {"private", "fc00::1 fd00:ec2::254"},
    {"link-local", "fe80::1 febf:ffff::1"},
    {"site-local", "fec0::1"},
    {"multicast", "ff02::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
};

/// Expects of each address of the cases that `refused` names its case.
template <typename Address>
void ExpectNamed(const Case& cases, int family, std::string_view (*refused)(const Address&)) {
  std::istringstream addresses(cases.addresses);
  std::string text;
  while (addresses >> text) {
    Address address{};
    ASSERT_EQ(inet_pton(family, text.c_str(), address.data()), 1) << text;
    EXPECT_EQ(refused(address), cases.what) << text;
  }
}

TEST(RefusedAddressTest, NamesIpv4NetworksThatAreNotPublic) {
  for (const Case& cases : kCases4) ExpectNamed(cases, AF_INET, RefusedIpv4);
}

TEST(RefusedAddressTest, NamesIpv6NetworksThatAreNotPublic) {
  for (const Case& cases : kCases6) ExpectNamed(cases, AF_INET6, RefusedIpv6);
}

}  // namespace
}  // namespace hallmark
