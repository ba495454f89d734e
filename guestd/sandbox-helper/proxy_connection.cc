// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/proxy_connection.h"

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <memory>
#include <optional>
#include <string>

#include "guestd/sandbox-helper/address.h"
#include "guestd/sandbox-helper/http_request.h"
#include "guestd/sandbox-helper/socks5.h"

namespace hallmark::sandbox {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr size_t kBufferSize = 16 << 10;

/// Why a client is not connected, in the terms of both protocols.
struct Refusal {
  int status;
  std::string_view phrase;
  SocksReply reply;
};
constexpr Refusal kBadRequest{400, "Bad Request", SocksReply::kGeneralFailure};
constexpr Refusal kForbidden{403, "Forbidden", SocksReply::kNotAllowed};
constexpr Refusal kUnresolved{502, "Bad Gateway", SocksReply::kHostUnreachable};
constexpr Refusal kUnreachable{502, "Bad Gateway", SocksReply::kConnectionRefused};

tcp::endpoint EndpointOf(const IpAddress& address, uint16_t port) {
  if (address.is_v6) return {asio::ip::address_v6(address.bytes, address.scope), port};
  asio::ip::address_v4::bytes_type bytes;
  std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
  return {asio::ip::address_v4(bytes), port};
}

/// One direction of an established connection.
struct Flow {
  tcp::socket& from;
  tcp::socket& to;
  std::array<char, kBufferSize> buffer{};
  bool ended = false;
};

/// One connection, from its first byte to its last. Each step starts the next one; a step that does not ends the
/// connection.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Proxy& proxy, UniqueFd client, ProxyProtocol protocol, std::function<void()> ended)
      : proxy_(proxy),
        ended_(std::move(ended)),
        protocol_(protocol),
        client_(proxy.loop().context(), tcp::v4(), client.Release()),
        server_(proxy.loop().context()),
        timer_(proxy.loop().context()) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ended_(); }

  void Start() {
    ExpectWithin(proxy_.limits().request);
    Watch();
    ReadRequest();
  }

 private:
  // Time. One timer, which starts again if it fired too early.

  void ExpectWithin(Clock::duration time) { deadline_ = Clock::now() + time; }

  void Watch() {
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](asio::error_code error) {
      if (error) return;
      if (self->deadline_ > Clock::now()) return self->Watch();
      self->Close();
    });
  }

  void Close() {
    asio::error_code ignored;
    timer_.cancel();
    client_.close(ignored);
    server_.close(ignored);
  }

  // The request.

  void ReadRequest() {
    client_.async_read_some(asio::buffer(up_.buffer), [self = shared_from_this()](asio::error_code error, size_t size) {
      if (error) return self->Close();
      self->input_.append(self->up_.buffer.data(), size);
      self->protocol_ == ProxyProtocol::kHttp ? self->TakeHttp() : self->TakeSocks();
    });
  }

  void TakeHttp() {
    const size_t size = HttpHeadSize(input_);
    if (size > kMaxHttpHead || (size == 0 && input_.size() > kMaxHttpHead)) {
      return Refuse({431, "Request Header Fields Too Large", SocksReply::kGeneralFailure}, "the head is too large");
    }
    if (size == 0) return ReadRequest();
    auto request = ParseHttpRequest(std::string_view(input_).substr(0, size));
    if (!request.ok()) return Refuse(kBadRequest, request.error().message);
    input_.erase(0, size);
    if (request->connect) {
      greeting_ = "HTTP/1.1 200 Connection established\r\n\r\n";
    } else {
      body_.emplace(request->body);
      forwarded_ = std::move(request->forwarded);
    }
    Authorize(request->target);
  }

  void TakeSocks() {
    if (!greeted_) {
      const auto greeting = ParseSocksGreeting(AsBytes(input_));
      if (!greeting.ok()) return Close();
      if (!*greeting) return ReadRequest();
      input_.erase(0, (*greeting)->size);
      greeted_ = true;
      const bool anonymous = (*greeting)->anonymous;
      return Reply(SocksMethodReply(anonymous),
                   [anonymous](Connection& self) { anonymous ? self.TakeSocks() : self.Finish(); });
    }
    const auto request = ParseSocksRequest(AsBytes(input_));
    if (!request.ok()) return Refuse(kBadRequest, request.error().message);
    if (!*request) return ReadRequest();
    const SocksRequest& asked = **request;
    if (asked.refusal != SocksReply::kSucceeded) {
      return Refuse({kBadRequest.status, kBadRequest.phrase, asked.refusal}, "not supported");
    }
    input_.erase(0, asked.size);
    greeting_ = SocksRequestReply(SocksReply::kSucceeded);
    Authorize(asked.target);
  }

  // The target.

  void Authorize(const Authority& target) {
    ExpectWithin(proxy_.limits().connect);
    target_ = target;
    const Decision decision = proxy_.policy().Decide(target.host, target.port);
    if (!decision.allowed()) return Refuse(kForbidden, ToString(target) + ": " + decision.reason);
    if (target.host.kind != Host::Kind::kName) {
      return Dial({{.is_v6 = target.host.kind == Host::Kind::kIpv6, .bytes = target.host.address}});
    }
    proxy_.resolver().Resolve(target.host.text, [self = shared_from_this()](Result<Resolver::Addresses> addresses) {
      if (!self->client_.is_open()) return;
      if (!addresses.ok()) {
        return self->Refuse(kUnresolved, self->target_.host.text + ": " + addresses.error().message);
      }
      self->Dial(std::move(addresses).value());
    });
  }

  void Dial(Resolver::Addresses addresses) {
    std::string_view refused;
    const auto is_refused = [&](const IpAddress& address) {
      const std::string_view what = RefusedAddress(address);
      if (!what.empty()) refused = what;
      return !what.empty();
    };
    addresses.erase(std::remove_if(addresses.begin(), addresses.end(), is_refused), addresses.end());
    if (addresses.empty()) {
      return Refuse(kForbidden, target_.host.text + ": not a public address: " + std::string(refused));
    }
    addresses_ = std::move(addresses);
    DialNext();
  }

  void DialNext() {
    if (addresses_.empty()) return Refuse(kUnreachable, ToString(target_) + ": no connection: " + dial_failure_);
    const tcp::endpoint endpoint = EndpointOf(addresses_.front(), target_.port);
    addresses_.erase(addresses_.begin());
    asio::error_code ignored;
    server_.close(ignored);
    server_.async_connect(endpoint, [self = shared_from_this()](asio::error_code error) {
      if (!self->client_.is_open()) return;
      if (!error) return self->Connected();
      self->dial_failure_ = error.message();
      self->DialNext();
    });
  }

  // The answer.

  void Refuse(const Refusal& refusal, const std::string& why) {
    Reply(protocol_ == ProxyProtocol::kHttp ? HttpReply(refusal.status, refusal.phrase, why)
                                            : SocksRequestReply(refusal.reply),
          [](Connection& self) { self.Finish(); });
  }

  template <typename Next>
  void Reply(std::string text, Next next) {
    greeting_ = std::move(text);
    asio::async_write(client_, asio::buffer(greeting_),
                      [self = shared_from_this(), next](asio::error_code error, size_t) {
                        if (error) return self->Close();
                        next(*self);
                      });
  }

  /// Ends the connection so that the client gets everything that was written. If bytes from the client stayed unread,
  /// the kernel would answer with a reset and drop what was written.
  void Finish() {
    asio::error_code ignored;
    client_.shutdown(tcp::socket::shutdown_send, ignored);
    ExpectWithin(kLingerTime);
    Watch();
    finishing_ = true;
    if (client_done_) return Close();
    if (!draining_) Drain();
  }

  /// Reads and discards what the client still sends.
  void Drain() {
    draining_ = true;
    client_.async_read_some(asio::buffer(up_.buffer), [self = shared_from_this()](asio::error_code error, size_t) {
      if (!error) return self->Drain();
      self->client_done_ = true;
      if (self->finishing_ || error != asio::error::eof) self->Close();
    });
  }

  void Connected() {
    asio::error_code ignored;
    client_.set_option(tcp::no_delay(true), ignored);
    server_.set_option(tcp::no_delay(true), ignored);
    ExpectWithin(proxy_.limits().idle);
    if (body_) {
      asio::async_write(server_, asio::buffer(forwarded_), [self = shared_from_this()](asio::error_code error, size_t) {
        error ? self->Close() : self->StartFlows();
      });
    } else {
      Reply(std::move(greeting_), [](Connection& self) { self.StartFlows(); });
    }
  }

  // The bytes.

  void StartFlows() {
    Read(down_);
    // The bytes that came with the request go first.
    const size_t size = std::min(input_.size(), up_.buffer.size());
    std::copy_n(input_.begin(), size, up_.buffer.begin());
    input_.erase(0, size);
    Forward(up_, size);
  }

  void Read(Flow& flow) {
    flow.from.async_read_some(asio::buffer(flow.buffer),
                              [self = shared_from_this(), &flow](asio::error_code error, size_t size) {
                                if (error) return self->End(flow, error);
                                self->Forward(flow, size);
                              });
  }

  void Forward(Flow& flow, size_t size) {
    ExpectWithin(proxy_.limits().idle);
    if (&flow == &up_ && body_) {
      const auto taken = body_->Scan({flow.buffer.data(), size});
      if (!taken.ok()) return Close();
      size = *taken;  // what follows the body does not belong to the request
    }
    asio::async_write(flow.to, asio::buffer(flow.buffer, size),
                      [self = shared_from_this(), &flow](asio::error_code error, size_t) {
                        if (error) return self->Close();
                        self->Continue(flow);
                      });
  }

  void Continue(Flow& flow) {
    if (&flow != &up_) return Read(flow);
    if (body_ && body_->done()) return Drain();
    if (input_.empty()) return Read(flow);
    const size_t size = std::min(input_.size(), flow.buffer.size());
    std::copy_n(input_.begin(), size, flow.buffer.begin());
    input_.erase(0, size);
    Forward(flow, size);
  }

  /// One side has ended its stream: tells the other side, which may continue.
  void End(Flow& flow, asio::error_code error) {
    if (error != asio::error::eof) return Close();
    flow.ended = true;
    asio::error_code ignored;
    flow.to.shutdown(tcp::socket::shutdown_send, ignored);
    if (up_.ended && down_.ended) return Close();
    if (&flow == &down_ && body_) Finish();  // a request's connection ends with the response
  }

  static constexpr std::chrono::seconds kLingerTime{5};

  Proxy& proxy_;
  std::function<void()> ended_;
  ProxyProtocol protocol_;
  tcp::socket client_;
  tcp::socket server_;
  asio::steady_timer timer_;
  Clock::time_point deadline_;
  std::string input_;     // bytes from the client that are not used yet
  std::string greeting_;  // the reply to the client
  bool greeted_ = false;
  bool draining_ = false;
  bool client_done_ = false;
  bool finishing_ = false;
  Authority target_;
  Resolver::Addresses addresses_;  // still to be tried
  std::string dial_failure_;
  std::string forwarded_;            // the head of a request that the server gets
  std::optional<BodyScanner> body_;  // of a request; a tunnel has none
  Flow up_{client_, server_};
  Flow down_{server_, client_};
};

}  // namespace

void StartProxyConnection(Proxy& proxy, UniqueFd client, ProxyProtocol protocol, std::function<void()> ended) {
  std::make_shared<Connection>(proxy, std::move(client), protocol, std::move(ended))->Start();
}

}  // namespace hallmark::sandbox
