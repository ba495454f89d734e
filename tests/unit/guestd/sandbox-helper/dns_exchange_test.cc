// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/dns_exchange.h"

#include <optional>
#include <string>
#include <utility>

#include "tests/support/matchers.h"
#include "tests/unit/guestd/sandbox-helper/dns_server.h"

namespace hallmark::sandbox {
namespace {

using hallmark::testing::HasError;

constexpr uint16_t kTruncated = 0x0200;
constexpr uint16_t kServerFailure = 2;

/// What one question to 127.0.0.1 comes to.
Result<DnsReply> Ask(uint16_t port) {
  EventLoop loop;
  std::optional<Result<DnsReply>> answer;
  DnsExchange::Start(loop, ParseIpAddress("127.0.0.1").value(), port, {.name = "a.example.com"},
                     [&](Result<DnsReply> reply) {
                       EXPECT_FALSE(answer) << "answered twice";
                       answer = std::move(reply);
                     });
  loop.Run();
  return answer ? std::move(*answer) : Result<DnsReply>(InternalError("no answer"));
}

std::string Never(const std::string&) {
  ADD_FAILURE() << "asked by TCP";
  return {};
}

/// An answer with one bit of the byte at `at` changed.
std::string Changed(const std::string& query, int addresses, size_t at) {
  std::string answer = DnsAnswer(query, 0, addresses);
  answer[at] = static_cast<char>(answer[at] ^ 1);
  return answer;
}

/// Answers a datagram with as many addresses as fit.
auto Truncated(int addresses) {
  return [=](const std::string& query) { return DnsAnswer(query, kTruncated, addresses); };
}

TEST(DnsExchange, AsksAgainByTcpForWhatWasTruncated) {
  const DnsServer server({.datagram = Truncated(0),
                          .stream = [](const std::string& query) { return WithLength(DnsAnswer(query, 0, 3)); }});
  ASSERT_OK_AND_ASSIGN(const DnsReply reply, Ask(server.port()));
  EXPECT_EQ(reply.addresses.size(), 3U);
  EXPECT_FALSE(reply.truncated);
}

TEST(DnsExchange, UsesWhatTheDatagramHeldWhereTcpIsRefused) {
  const DnsServer server({.datagram = Truncated(2), .listens = false});
  ASSERT_OK_AND_ASSIGN(const DnsReply reply, Ask(server.port()));
  EXPECT_EQ(reply.addresses.size(), 2U);
  EXPECT_TRUE(reply.truncated);
}

TEST(DnsExchange, FailsWhereNobodyListens) {
  const DnsServer server({.datagram = Truncated(0), .listens = false});
  EXPECT_THAT(Ask(server.port()), HasError(ErrorKind::kIo, "the name server does not listen by TCP"));
  uint16_t port = 0;
  {
    const DnsServer gone({.datagram = Never});
    port = gone.port();
  }
  const Result<DnsReply> reply = Ask(port);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().message, "the name server does not listen");
}

TEST(DnsExchange, SaysThatTheServerFailed) {
  const DnsServer server(
      {.datagram = [](const std::string& query) { return DnsAnswer(query, kServerFailure, 0); }, .stream = Never});
  EXPECT_THAT(Ask(server.port()), HasError(ErrorKind::kIo, "the name server answered with error 2"));
}

TEST(DnsExchange, TakesNothingOfAnAnswerThatTcpCutShort) {
  for (const size_t length : {0U, 1U, 2U, 20U, 32U}) {
    const DnsServer server({.datagram = Truncated(0), .stream = [=](const std::string& query) {
                              return WithLength(DnsAnswer(query, 0, 3)).substr(0, length);
                            }});
    EXPECT_THAT(Ask(server.port()),
                HasError(ErrorKind::kIo, "the name server ended its answer by TCP before it was whole"))
        << length;
  }
}

TEST(DnsExchange, TakesNoAnswerOverTcpToAnotherQuestion) {
  for (const size_t changed : {0U, 13U}) {  // the id, the name
    const DnsServer server({.datagram = Truncated(0), .stream = [=](const std::string& query) {
                              return WithLength(Changed(query, 3, changed));
                            }});
    EXPECT_THAT(Ask(server.port()), HasError(ErrorKind::kIo, "answered by TCP with something else: DNS message: "))
        << changed;
  }
}

TEST(DnsExchange, PassesOverDatagramsThatAnswerSomethingElse) {
  int asked = 0;
  const DnsServer server({.stray = [](const std::string& query) { return Changed(query, 2, 0); },
                          .datagram = [&](const std::string& query) { return DnsAnswer(query, 0, ++asked); },
                          .stream = Never});
  ASSERT_OK_AND_ASSIGN(const DnsReply reply, Ask(server.port()));
  EXPECT_EQ(reply.addresses.size(), 1U);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace hallmark::sandbox
