// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/socks5.h"

#include "guestd/sandbox-helper/http_request.h"
#include "tests/support/matchers.h"

namespace hallmark::sandbox {
namespace {

using testing::HasError;
using namespace std::string_literals;

std::string WithName(const std::string& name, const std::string& port = "\x01\xbb") {
  return "\x05\x01\0\x03"s + static_cast<char>(name.size()) + name + port;
}

TEST(SocksGreeting, WaitsForAllMethods) {
  for (const std::string& part : {""s, "\x05"s, "\x05\x02"s, "\x05\x02\x01"s}) {
    ASSERT_OK_AND_ASSIGN(const auto greeting, ParseSocksGreeting(AsBytes(part)));
    EXPECT_FALSE(greeting);
  }
  ASSERT_OK_AND_ASSIGN(const auto greeting, ParseSocksGreeting(AsBytes("\x05\x02\x01\0more"s)));
  ASSERT_TRUE(greeting);
  EXPECT_EQ(greeting->size, 4U);
  EXPECT_TRUE(greeting->anonymous);
}

TEST(SocksGreeting, TellsClientsThatNeedAuthentication) {
  ASSERT_OK_AND_ASSIGN(const auto greeting, ParseSocksGreeting(AsBytes("\x05\x01\x02"s)));
  ASSERT_TRUE(greeting);
  EXPECT_FALSE(greeting->anonymous);
  EXPECT_EQ(SocksMethodReply(false), "\x05\xff");
  EXPECT_EQ(SocksMethodReply(true), "\x05\0"s);
}

TEST(SocksGreeting, RefusesOthers) {
  EXPECT_THAT(ParseSocksGreeting(AsBytes("\x04\x01"s)), HasError(ErrorKind::kCorrupt, "not SOCKS version 5"));
  EXPECT_THAT(ParseSocksGreeting(AsBytes("GET"s)), HasError(ErrorKind::kCorrupt, "not SOCKS version 5"));
  EXPECT_THAT(ParseSocksGreeting(AsBytes("\x05\0"s)), HasError(ErrorKind::kCorrupt, "no method"));
}

TEST(SocksRequest, TakesNamesAndAddresses) {
  ASSERT_OK_AND_ASSIGN(const auto name, ParseSocksRequest(AsBytes(WithName("Example.com") + "rest")));
  ASSERT_TRUE(name);
  EXPECT_EQ(ToString(name->target), "example.com:443");
  EXPECT_EQ(name->size, 18U);
  EXPECT_EQ(name->refusal, SocksReply::kSucceeded);
  ASSERT_OK_AND_ASSIGN(const auto ipv4, ParseSocksRequest(AsBytes("\x05\x01\0\x01\x08\x08\x04\x04\0\x50"s)));
  ASSERT_TRUE(ipv4);
  EXPECT_EQ(ToString(ipv4->target), "8.8.4.4:80");
  ASSERT_OK_AND_ASSIGN(const auto ipv6,
                       ParseSocksRequest(AsBytes("\x05\x01\0\x04\x26\x06\x47\0\0\0\0\0\0\0\0\0\0\0\x11\x11\x01\xbb"s)));
  ASSERT_TRUE(ipv6);
  EXPECT_EQ(ToString(ipv6->target), "[2606:4700::1111]:443");
}

TEST(SocksRequest, WaitsForEveryByte) {
  const std::string whole = WithName("example.com");
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_OK_AND_ASSIGN(const auto request, ParseSocksRequest(AsBytes(whole.substr(0, size))));
    EXPECT_FALSE(request) << size;
  }
}

TEST(SocksRequest, RefusesNamesThatOthersWouldCutOrRepair) {
  for (const std::string& name : {"allowed.com\0.denied.com"s, "a b"s, "a\r\nb"s, "example.com."s, "a%2eb.com"s,
                                  "127.1"s, "0x7f.0.0.1"s, "2130706433"s, "0177.0.0.1"s, "ex\xc3\xa4mple.com"s, "."s,
                                  ""s, "::ffff:127.0.0.1"s, "fe80::1%eth0"s, std::string(255, 'a')}) {
    EXPECT_THAT(ParseSocksRequest(AsBytes(WithName(name))), HasError(ErrorKind::kCorrupt, "bad host")) << name;
  }
  EXPECT_THAT(ParseSocksRequest(AsBytes("\x05\x01\0\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x01\x01\xbb"s)),
              HasError(ErrorKind::kCorrupt, "bad host"));
}

TEST(SocksRequest, RefusesWhatIsNoConnect) {
  EXPECT_THAT(ParseSocksRequest(AsBytes("\x04\x01\0\x01\x08"s)), HasError(ErrorKind::kCorrupt, "not SOCKS"));
  EXPECT_THAT(ParseSocksRequest(AsBytes("\x05\x01\x01\x01\x08"s)), HasError(ErrorKind::kCorrupt, "reserved"));
  EXPECT_THAT(ParseSocksRequest(AsBytes(WithName("example.com", "\0\0"s))), HasError(ErrorKind::kCorrupt, "port 0"));
  ASSERT_OK_AND_ASSIGN(const auto bind, ParseSocksRequest(AsBytes("\x05\x02\0\x01\x08\x08\x04\x04\0\x50"s)));
  ASSERT_TRUE(bind);
  EXPECT_EQ(bind->refusal, SocksReply::kCommandNotSupported);
  ASSERT_OK_AND_ASSIGN(const auto type, ParseSocksRequest(AsBytes("\x05\x01\0\x02\x08\x08\x04\x04\0\x50"s)));
  ASSERT_TRUE(type);
  EXPECT_EQ(type->refusal, SocksReply::kAddressTypeNotSupported);
}

TEST(SocksRequestReply, HidesTheAddress) {
  EXPECT_EQ(SocksRequestReply(SocksReply::kNotAllowed), "\x05\x02\0\x01\0\0\0\0\0\0"s);
}

}  // namespace
}  // namespace hallmark::sandbox
