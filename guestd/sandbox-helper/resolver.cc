// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/resolver.h"

#include <sys/random.h>

#include <array>
#include <asio/ip/udp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <sstream>

#include "guestd/sandbox-helper/dns_message.h"
#include "lib/base/file.h"

namespace hallmark::sandbox {
namespace {

using asio::ip::udp;

constexpr size_t kMaxNameServers = 3;  // MAXNS of resolv.conf(5)
constexpr uint16_t kDnsPort = 53;
constexpr std::chrono::seconds kAnswerTime{3};
constexpr size_t kRounds = 2;  // over all servers, for each kind of address

/// One name being looked up: a question at a time, to one server at a time, from a new port each.
class Lookup : public std::enable_shared_from_this<Lookup> {
 public:
  Lookup(asio::io_context& context, std::vector<asio::ip::address> servers, std::string name, Resolver::Handler handler)
      : servers_(std::move(servers)), handler_(std::move(handler)), socket_(context), timer_(context) {
    question_.name = std::move(name);
  }

  void Ask() {
    if (attempt_ == servers_.size() * kRounds) return Fail("no name server answered");
    const udp::endpoint server(servers_[attempt_ % servers_.size()], kDnsPort);
    ++attempt_;
    ++serial_;
    asio::error_code error;
    socket_.close(error);
    socket_.open(server.protocol(), error);
    if (!error) socket_.connect(server, error);  // takes answers from nobody else
    if (error || getrandom(&question_.id, sizeof question_.id, 0) != sizeof question_.id) return Ask();
    const ByteVector query = EncodeDnsQuery(question_);
    socket_.send(asio::buffer(query), 0, error);
    if (error) return Ask();
    timer_.expires_after(kAnswerTime);
    timer_.async_wait([self = shared_from_this(), asked = serial_](asio::error_code failure) {
      if (!failure && self->serial_ == asked) self->Ask();
    });
    Receive();
  }

 private:
  void Receive() {
    socket_.async_receive(asio::buffer(reply_),
                          [self = shared_from_this(), asked = serial_](asio::error_code error, size_t size) {
                            if (error == asio::error::operation_aborted || self->serial_ != asked) return;
                            if (error) return self->Ask();  // such as a port that nobody listens on
                            self->Take(ByteSpan(self->reply_).first(size));
                          });
  }

  void Take(ByteSpan message) {
    auto addresses = DecodeDnsReply(message, question_);
    if (!addresses.ok()) {
      if (addresses.error().kind == ErrorKind::kCorrupt) return Receive();
      return Ask();
    }
    if (!addresses->empty()) return Finish(std::move(addresses));
    if (question_.type == DnsType::kAaaa) return Finish(NotFoundError("the name has no address"));
    question_.type = DnsType::kAaaa;
    attempt_ = 0;
    Ask();
  }

  void Fail(std::string_view why) {
    if (question_.type == DnsType::kAaaa) return Finish(IoError(std::string(why)));
    question_.type = DnsType::kAaaa;
    attempt_ = 0;
    Ask();
  }

  void Finish(Result<Resolver::Addresses> addresses) {
    asio::error_code ignored;
    ++serial_;
    socket_.close(ignored);
    timer_.cancel();
    handler_(std::move(addresses));
  }

  std::vector<asio::ip::address> servers_;
  Resolver::Handler handler_;
  udp::socket socket_;
  asio::steady_timer timer_;
  DnsQuestion question_;
  std::array<uint8_t, kMaxDnsReply> reply_{};
  size_t attempt_ = 0;   // of the questions about this kind of address
  uint64_t serial_ = 0;  // of all: what belongs to an earlier one is passed over
};

}  // namespace

std::vector<asio::ip::address> NameServers(const std::string& configuration) {
  std::vector<asio::ip::address> servers;
  std::istringstream lines(configuration);
  for (std::string line; std::getline(lines, line) && servers.size() < kMaxNameServers;) {
    std::istringstream words(line);
    std::string key;
    std::string value;
    asio::error_code error;
    if (!(words >> key >> value) || key != "nameserver") continue;
    const asio::ip::address server = asio::ip::make_address(value, error);
    if (!error) servers.push_back(server);
  }
  if (servers.empty()) servers.emplace_back(asio::ip::address_v4::loopback());
  return servers;
}

void Resolver::Resolve(const std::string& name, Handler handler) {
  const auto configuration = ReadSmallFile(configuration_);
  auto lookup = std::make_shared<Lookup>(context_, NameServers(configuration.ok() ? *configuration : ""), name,
                                         std::move(handler));
  asio::post(context_, [lookup] { lookup->Ask(); });
}

}  // namespace hallmark::sandbox
