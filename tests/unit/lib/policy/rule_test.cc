// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/rule.h"

#include <vector>

#include "tests/support/matchers.h"

namespace hallmark {
namespace {

using testing::HasError;

TEST(DomainRuleTest, CoversAHostItsSubdomainsOrEverything) {
  ASSERT_OK_AND_ASSIGN(const DomainRule host, ParseDomainRule("Example.com"));
  EXPECT_EQ(host.kind, RuleKind::kHost);
  EXPECT_EQ(host.text, "Example.com");
  EXPECT_EQ(host.host.text, "example.com");
  EXPECT_EQ(host.port, std::nullopt);
  ASSERT_OK_AND_ASSIGN(const DomainRule below, ParseDomainRule("*.Example.com:8443"));
  EXPECT_EQ(below.kind, RuleKind::kSubdomains);
  EXPECT_EQ(below.host.text, "example.com");
  EXPECT_EQ(below.port, 8443);
  ASSERT_OK_AND_ASSIGN(const DomainRule all, ParseDomainRule("*:22"));
  EXPECT_EQ(all.kind, RuleKind::kEverything);
  EXPECT_EQ(all.host, Host());
  EXPECT_EQ(all.port, 22);
  EXPECT_EQ(ParseDomainRule("localhost").value().host.text, "localhost");
}

TEST(DomainRuleTest, TakesAddresses) {
  ASSERT_OK_AND_ASSIGN(const DomainRule ipv4, ParseDomainRule("192.0.2.1:80"));
  EXPECT_EQ(ipv4.host.kind, Host::Kind::kIpv4);
  EXPECT_EQ(ipv4.port, 80);
  ASSERT_OK_AND_ASSIGN(const DomainRule ipv6, ParseDomainRule("[2001:db8::1]"));
  EXPECT_EQ(ipv6.host.text, "2001:db8::1");
  EXPECT_EQ(ipv6.port, std::nullopt);
  EXPECT_EQ(ParseDomainRule("[2001:db8::1]:65535").value().port, 65535);
}

TEST(DomainRuleTest, AllowsTwoPortsAndDeniesAllWhereItNamesNone) {
  const DomainRule any;
  for (const uint16_t port : std::vector<uint16_t>{80, 443}) EXPECT_TRUE(any.Allows(port)) << port;
  for (const uint16_t port : std::vector<uint16_t>{0, 22, 79, 81, 442, 444, 65535})
    EXPECT_FALSE(any.Allows(port)) << port;
  for (const uint16_t port : std::vector<uint16_t>{0, 22, 80, 443, 65535}) EXPECT_TRUE(any.Denies(port)) << port;
  const DomainRule one{.port = 22};
  EXPECT_TRUE(one.Allows(22));
  EXPECT_TRUE(one.Denies(22));
  for (const uint16_t port : std::vector<uint16_t>{21, 80, 443}) {
    EXPECT_FALSE(one.Allows(port)) << port;
    EXPECT_FALSE(one.Denies(port)) << port;
  }
}

TEST(DomainRuleTest, RefusesEntriesThatCannotBeMeant) {
  const auto entry = [](std::string_view text, const std::string& message) {
    EXPECT_THAT(ParseDomainRule(text), HasError(ErrorKind::kUsage, message)) << text;
  };
  entry("*.com", "too broad: at least two labels follow \"*.\"");
  entry("*.", "the name: is empty");
  entry("*.*.com", "a '*' stands in a leading \"*.\" only");
  entry("api.*.com", "a '*' stands in a leading \"*.\" only");
  entry("*example.com", "a '*' stands in a leading \"*.\" only");
  entry("https://example.com", "a URL: give the host alone");
  entry("example.com/x", "a path or a range: give the host alone");
  entry("10.0.0.0/8", "a path or a range: give the host alone");
  entry("example.com.", "the name: ends in a dot");
  entry("example.com:0", "what follows the colon: is not a port from 1 to 65535");
  entry("example.com:https", "what follows the colon: is not a port from 1 to 65535");
  entry("example", "one label alone: give the whole name");
  entry("", "the name: is empty");
  entry("*.127.0.0.1", "an address has no subdomains");
  entry("*.1.1", "the name: ends in a number");
  entry("2130706433", "the name: ends in a number");
  entry("2001:db8::1", "an IPv6 address stands in brackets");
  entry("[::ffff:1.2.3.4]", "the name: is an IPv4 address written as IPv6");
  entry("ex%61mple.com", "the name: holds a percent sign");
}

}  // namespace
}  // namespace hallmark
