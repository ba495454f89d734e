// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/base/file.h"
#include "tests/support/environment.h"

namespace hallmark::testing {

/// A web server on 127.0.0.1, on a thread of its own. It sends what a test tells it to and then closes the connection.
class HttpServer {
 public:
  /// The bytes to send for a request, of which it gets the headers.
  using Answer = std::function<std::string(const std::string& request)>;

  explicit HttpServer(Answer answer);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  /// "http://127.0.0.1:PORT/file", with `user` before the address: "name:password@".
  [[nodiscard]] std::string Url(std::string_view user = "") const;
  /// The value of the Range header of each request so far; empty for a request without one.
  [[nodiscard]] std::vector<std::string> ranges() const;

 private:
  void Run();

  ScopedVariable no_proxy_{"no_proxy", "*"};  // the proxy of who runs the tests
  Answer answer_;
  UniqueFd listener_;
  UniqueFd stop_;
  UniqueFd stopped_;
  mutable std::mutex mutex_;
  std::vector<std::string> ranges_;
  std::thread thread_;
};

/// A response: "HTTP/1.1 STATUS", these headers, each with "\r\n" behind it, the length of `body`, and `body`.
std::string HttpResponse(std::string_view status, std::string_view headers, std::string_view body);

}  // namespace hallmark::testing
