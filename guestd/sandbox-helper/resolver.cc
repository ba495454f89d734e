// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/resolver.h"

#include <memory>
#include <sstream>
#include <utility>

#include "guestd/sandbox-helper/dns_exchange.h"
#include "lib/base/file.h"

namespace hallmark::sandbox {
namespace {

constexpr size_t kMaxNameServers = 3;  // MAXNS of resolv.conf(5)
constexpr size_t kRounds = 2;          // over all servers, for each type of address

/// The lookup of one name. Asks one question at a time, and one server at a time.
class Lookup : public std::enable_shared_from_this<Lookup> {
 public:
  Lookup(EventLoop& loop, std::vector<IpAddress> servers, uint16_t port, std::string name, Resolver::Handler handler)
      : loop_(loop), servers_(std::move(servers)), port_(port), handler_(std::move(handler)) {
    question_.name = std::move(name);
  }

  void Ask() {
    if (attempt_ == servers_.size() * kRounds) return TakeNone(IoError("no name server answered"));
    const IpAddress& server = servers_[attempt_++ % servers_.size()];
    DnsExchange::Start(loop_, server, port_, question_,
                       [self = shared_from_this()](Result<DnsReply> reply) { self->Take(std::move(reply)); });
  }

 private:
  void Take(Result<DnsReply> reply) {
    if (!reply.ok()) return Ask();
    if (reply->addresses.empty()) return TakeNone(NotFoundError("the name has no address"));
    handler_(std::move(reply->addresses));
  }

  /// Asks for the other type of address, if it has not been asked for yet.
  void TakeNone(Error why) {
    if (question_.type == DnsType::kAaaa) return handler_(std::move(why));
    question_.type = DnsType::kAaaa;
    attempt_ = 0;
    Ask();
  }

  EventLoop& loop_;
  std::vector<IpAddress> servers_;
  uint16_t port_;
  Resolver::Handler handler_;
  DnsQuestion question_;
  size_t attempt_ = 0;  // number of questions about this type of address
};

}  // namespace

std::vector<IpAddress> NameServers(const std::string& configuration) {
  std::vector<IpAddress> servers;
  std::istringstream lines(configuration);
  for (std::string line; std::getline(lines, line) && servers.size() < kMaxNameServers;) {
    std::istringstream words(line);
    std::string key;
    std::string value;
    if (!(words >> key >> value) || key != "nameserver") continue;
    if (const auto server = ParseIpAddress(value)) servers.push_back(*server);
  }
  if (servers.empty()) servers.push_back({.bytes = {127, 0, 0, 1}});
  return servers;
}

void Resolver::Resolve(const std::string& name, Handler handler) {
  const auto configuration = ReadSmallFile(configuration_);
  const auto lookup = std::make_shared<Lookup>(loop_, NameServers(configuration.ok() ? *configuration : ""), port_,
                                               name, std::move(handler));
  loop_.Post([lookup] { lookup->Ask(); });
}

}  // namespace hallmark::sandbox
