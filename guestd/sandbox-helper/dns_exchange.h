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

/// One question to one name server: by a datagram from a new port and, where the answer did not fit one, once more by
/// TCP (RFC 1035, section 4.2.2; RFC 7766). Each way has three seconds; no answer is longer than 65,535 bytes.
class DnsExchange : public std::enable_shared_from_this<DnsExchange> {
 public:
  /// The answer; an error if none came, or one that says that the server failed.
  using Handler = std::function<void(Result<DnsReply>)>;

  /// Calls `handler` once, now or later. A truncated answer is given out only if it holds addresses and TCP gave
  /// nothing.
  static void Start(EventLoop& loop, const IpAddress& server, uint16_t port, DnsQuestion question, Handler handler);

 private:
  DnsExchange(EventLoop& loop, const IpAddress& server, uint16_t port, DnsQuestion question, Handler handler);

  void AskByDatagram();
  void TakeDatagram();
  void AskByTcp();
  void SendQuery();
  void TakeStream();
  /// Opens and connects a socket of this type, which takes answers from nobody else. False if that fails at once.
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
  std::optional<DnsReply> truncated_;  // what the datagram held
  ByteVector bytes_;                   // by TCP: what has yet to be sent, then what has come
};

}  // namespace hallmark::sandbox
