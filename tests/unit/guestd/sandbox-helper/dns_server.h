// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "lib/base/file.h"

namespace hallmark::sandbox {

/// A name server on 127.0.0.1, at one port of UDP and TCP, on a thread of its own. It answers what a test tells it to.
class DnsServer {
 public:
  struct Script {
    /// A message that is sent before the answer by UDP, if there is one.
    std::function<std::string(const std::string& query)> stray;
    /// The message that answers a query by UDP; empty: none.
    std::function<std::string(const std::string& query)> datagram;
    /// All bytes that a query by TCP, without its length, is answered with; the server closes after them.
    std::function<std::string(const std::string& query)> stream;
    /// Whether anybody listens at the port of TCP.
    bool listens = true;
  };

  explicit DnsServer(Script script);
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;
  ~DnsServer();

  [[nodiscard]] uint16_t port() const { return port_; }

 private:
  void Run();
  void AnswerDatagram() const;
  void AnswerStream() const;

  Script script_;
  UniqueFd datagrams_;
  UniqueFd listener_;
  UniqueFd stop_;
  UniqueFd stopped_;
  uint16_t port_ = 0;
  std::thread thread_;
};

/// The answer to a query: its id and question, with these flags and this many records of the type A that it asks for,
/// 8.8.0.0, 8.8.0.1 and so on; none for other types.
std::string DnsAnswer(const std::string& query, uint16_t flags, int records);

/// A message with its length in front, as TCP has it.
std::string WithLength(const std::string& message);

}  // namespace hallmark::sandbox
