// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/resolver.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/guestd/sandbox-helper/dns_server.h"

namespace hallmark::sandbox {
namespace {

using hallmark::testing::HasError;
using hallmark::testing::TempDir;
using hallmark::testing::WriteFile;

constexpr uint16_t kTruncated = 0x0200;
constexpr uint16_t kServerFailure = 2;
constexpr uint16_t kNoSuchName = 3;

/// What a name comes to with this server.
Result<Resolver::Addresses> Resolve(const DnsServer& server) {
  const TempDir directory;
  WriteFile(directory / "resolv.conf", "nameserver 127.0.0.1\n");
  EventLoop loop;
  Resolver resolver(loop, directory / "resolv.conf", server.port());
  std::optional<Result<Resolver::Addresses>> found;
  resolver.Resolve("a.example.com", [&](Result<Resolver::Addresses> result) { found = std::move(result); });
  loop.Run();
  return found ? std::move(*found) : Result<Resolver::Addresses>(InternalError("no answer"));
}

std::string Never(const std::string&) {
  ADD_FAILURE() << "asked by TCP";
  return {};
}

IpAddress Address(const char* text) { return ParseIpAddress(text).value(); }

TEST(NameServers, ReadsResolvConf) {
  const auto text = [](const std::string& configuration) {
    std::string all;
    for (const auto& address : NameServers(configuration)) all += ToString(address) + " ";
    return all;
  };
  EXPECT_EQ(text("# a\nsearch x\nnameserver 192.0.2.1\n nameserver  fe80::1 \nnameserver bad\n"
                 "nameserver 192.0.2.2\nnameserver 192.0.2.3\n"),
            "192.0.2.1 fe80::1 192.0.2.2 ");
  EXPECT_EQ(text(""), "127.0.0.1 ");
}

TEST(Resolver, TakesAnAnswerThatFitsADatagram) {
  const DnsServer server(
      {.datagram = [](const std::string& query) { return DnsAnswer(query, 0, 2); }, .stream = Never});
  ASSERT_OK_AND_ASSIGN(const auto addresses, Resolve(server));
  EXPECT_THAT(addresses, ::testing::ElementsAre(Address("8.8.0.0"), Address("8.8.0.1")));
}

TEST(Resolver, TakesAnswersOverTcpThatNoDatagramHolds) {
  const DnsServer server({.datagram = [](const std::string& query) { return DnsAnswer(query, kTruncated, 1); },
                          .stream = [](const std::string& query) { return WithLength(DnsAnswer(query, 0, 4000)); }});
  ASSERT_OK_AND_ASSIGN(const auto addresses, Resolve(server));
  EXPECT_EQ(addresses.size(), 32U);  // the most that are tried
}

TEST(Resolver, FailsWhereNeitherHoldsAnything) {
  const DnsServer server(
      {.datagram = [](const std::string& query) { return DnsAnswer(query, kTruncated, 0); }, .listens = false});
  EXPECT_THAT(Resolve(server), HasError(ErrorKind::kIo, "no name server answered"));
}

TEST(Resolver, AsksAServerAgainThatFailed) {
  const DnsServer server({.datagram = [asked = 0](const std::string& query) mutable {
    return DnsAnswer(query, ++asked == 1 ? kServerFailure : 0, 1);
  }});
  EXPECT_OK(Resolve(server));
}

TEST(Resolver, TellsANameWithoutAddresses) {
  const DnsServer server({.datagram = [](const std::string& query) { return DnsAnswer(query, kNoSuchName, 0); }});
  EXPECT_THAT(Resolve(server), HasError(ErrorKind::kNotFound, "the name has no address"));
}

}  // namespace
}  // namespace hallmark::sandbox
