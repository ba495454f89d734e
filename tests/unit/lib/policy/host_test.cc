// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/host.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

std::array<uint8_t, 16> Address(std::initializer_list<uint8_t> bytes) {
  std::array<uint8_t, 16> address{};
  std::copy(bytes.begin(), bytes.end(), address.begin());
  return address;
}

TEST(HostTest, LowersLettersOfANameAndNothingElse) {
  const std::string longest =
      std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(61, 'd');
  for (const std::string& name : {std::string("a"), std::string("x_1.b-2.example"), std::string("1.a"), longest}) {
    EXPECT_EQ(ParseHost(name).value(), (Host{Host::Kind::kName, name, {}}));
  }
  EXPECT_EQ(ParseHost("GitHub.COM").value(), (Host{Host::Kind::kName, "github.com", {}}));
  EXPECT_THAT(ParseHost(longest + "d"), HasError(ErrorKind::kUsage, "is longer than 253 characters"));
}

TEST(HostTest, ReadsAddresses) {
  EXPECT_EQ(ParseHost("192.0.2.255").value(), (Host{Host::Kind::kIpv4, "192.0.2.255", Address({192, 0, 2, 255})}));
  const auto ipv6 = Address({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab});
  for (const char* text : {"2001:db8::ab", "[2001:DB8::AB]", "2001:db8:0:0:0:0:0:ab"}) {
    EXPECT_EQ(ParseHost(text).value(), (Host{Host::Kind::kIpv6, "2001:db8::ab", ipv6})) << text;
  }
  for (const char* text : {"::", "::1"}) EXPECT_EQ(ParseHost(text).value().text, text);
}

TEST(HostTest, SaysWhatIsWrong) {
  const auto refused = [](std::string_view text, const char* message) {
    const Result<Host> host = ParseHost(text);
    ASSERT_FALSE(host.ok()) << text;
    EXPECT_EQ(host.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(host.error().message, message) << text;
  };
  refused("", "is empty");
  refused(std::string_view("a\0.b", 4), "holds a NUL");
  refused("a\x7f", "holds a control character");
  refused("\xc3\xa4.de", "holds a character that is not ASCII: international names are written xn--...");
  refused("a b", "holds a blank");
  refused("a%2e", "holds a percent sign");
  refused("a.", "ends in a dot");
  refused("a..b", "has an empty label");
  refused(std::string(64, 'a'), "has a label longer than 63 characters");
  refused("a-.b", "has a label that ends in a hyphen");
  refused("-a.b", "has a label that ends in a hyphen");
  refused("a/b", "holds other characters than letters, digits, '-', '_' and '.'");
  for (const char* text : {"1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "2130706433", "a.0x7f", "0x"}) {
    refused(text, "ends in a number and is not an IPv4 address of four decimal numbers");
  }
  for (const char* text : {":::", "[1.2.3.4]", "[]", "1::2::3", "2001:db8::g"}) refused(text, "is not an IPv6 address");
  for (const char* text : {"::2", "::1.2.3.4", "::ffff:1.2.3.4", "::ffff:0:1.2.3.4"}) {
    refused(text, "is an IPv4 address written as IPv6, or an address that no host has");
  }
}

TEST(AuthorityTest, ReadsHostAndPort) {
  ASSERT_OK_AND_ASSIGN(const Authority name, ParseAuthority("GitHub.com:443"));
  EXPECT_EQ(name.host.text, "github.com");
  EXPECT_EQ(name.port, 443);
  ASSERT_OK_AND_ASSIGN(const Authority address, ParseAuthority("[2001:DB8::1]:80"));
  EXPECT_EQ(address.host.kind, Host::Kind::kIpv6);
  EXPECT_EQ(address.host.text, "2001:db8::1");
}

TEST(AuthorityTest, IsCutApartBeforeItsHostIsJudged) {
  for (const char* host : {"github.com", "github.com.", "a%b", "[::1]", "[fe80::1%eth0]", "g\xc3\xaft.com", "0x7f.1"}) {
    const std::string text = std::string(host) + ":443";
    ASSERT_OK_AND_ASSIGN(const WrittenAuthority written, SplitAuthority(text));
    EXPECT_EQ(written.host, host);
    EXPECT_EQ(written.port, 443);
  }
}

TEST(AuthorityTest, RefusesTheRest) {
  for (const char* text : {"github.com", "[::1]"}) {
    EXPECT_THAT(ParseAuthority(text), HasError(ErrorKind::kUsage, "it is HOST:PORT")) << text;
  }
  for (const char* text : {"github.com:", "github.com:0", "github.com:65536", "github.com:0443", "github.com:+443",
                           "github.com:443 ", "github.com: 443", "github.com:0x1bb", "github.com:-1", "[::1]:a"}) {
    EXPECT_THAT(ParseAuthority(text), HasError(ErrorKind::kUsage, "port: is not a port from 1 to 65535")) << text;
  }
  EXPECT_THAT(ParseAuthority("::1:443"), HasError(ErrorKind::kUsage, "stands in brackets"));
  EXPECT_THAT(ParseAuthority("github.com:443:443"), HasError(ErrorKind::kUsage, "stands in brackets"));
  EXPECT_THAT(ParseAuthority(":443"), HasError(ErrorKind::kUsage, "host: is empty"));
}

}  // namespace
}  // namespace hallmark
