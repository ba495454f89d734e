// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "guestd/common/event_loop.h"
#include "guestd/sandbox-helper/address.h"
#include "guestd/sandbox-helper/dns_message.h"
#include "lib/base/bytes.h"

namespace hallmark::sandbox {

/// Sends one question to one name server: as a datagram from a new port and, if the answer is truncated, once more over
/// TCP (RFC 1035, section 4.2.2; RFC 7766). Each attempt has three seconds. An answer has at most 65,535 bytes.
class DnsExchange : public std::enable_shared_from_this<DnsExchange> {
 public:
  /// Gets the answer, or an error if none came or the server said that it failed.
  using Handler = std::function<void(Result<DnsReply>)>;

  /// Calls `handler` once, now or later. Gives a truncated answer only if it holds addresses and TCP gave no answer.
  static void Start(EventLoop& loop, const IpAddress& server, uint16_t port, DnsQuestion question, Handler handler);

 private:
  DnsExchange(EventLoop& loop, const IpAddress& server, uint16_t port, DnsQuestion question, Handler handler);

  void AskByDatagram();
  void TakeDatagram();
  void AskByTcp();
  void SendQuery();
  void TakeStream();
  /// Opens a socket of this type and connects it, so that it takes answers from this server only. False if that fails
  /// at once.
  bool Connect(int type);
  void Await(Watched::Event event, void (DnsExchange::*step)());
  void Finish(Result<DnsReply> reply);
  void FailTcp(std::string_view why);

  EventLoop& loop_;
  SocketAddress server_;
  DnsQuestion question_;
  Handler handler_;
  Timer timer_;
  std::optional<Watched> socket_;
  std::optional<DnsReply> truncated_;  // the truncated answer of the datagram
  ByteVector bytes_;                   // over TCP: first what is still to be sent, then what was received
};

}  // namespace hallmark::sandbox
