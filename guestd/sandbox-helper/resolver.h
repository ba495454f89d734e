// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::sandbox {

/// Addresses of names, from the name servers of resolv.conf(5). Static programs have no getaddrinfo(3), and a name must
/// be looked up once, by DNS alone: no search list, no /etc/hosts, no numbers that are read as addresses.
class Resolver {
 public:
  using Addresses = std::vector<asio::ip::address>;
  using Handler = std::function<void(Result<Addresses>)>;

  explicit Resolver(asio::io_context& context, std::filesystem::path configuration = "/etc/resolv.conf")
      : context_(context), configuration_(std::move(configuration)) {}

  /// Calls `handler` once, later: with one address or more, IPv4 before IPv6; kNotFound if the name has none; kIo if no
  /// server answered. `name` is in lower case, as ParseHost() makes it.
  void Resolve(const std::string& name, Handler handler);

 private:
  asio::io_context& context_;
  std::filesystem::path configuration_;
};

/// The name servers that resolv.conf(5) lists, the first three; 127.0.0.1 if it lists none.
std::vector<asio::ip::address> NameServers(const std::string& configuration);

}  // namespace hallmark::sandbox
