// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lib/http/http_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace hallmark::testing {
namespace {

constexpr std::string_view kRange = "\r\nRange: bytes=";

sockaddr_in AddressOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address;
}

std::string ReadHeaders(int fd) {
  std::string request;
  std::array<char, 4096> buffer;
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t length = read(fd, buffer.data(), buffer.size());
    if (length <= 0) return {};
    request.append(buffer.data(), static_cast<size_t>(length));
  }
  return request;
}

}  // namespace

HttpServer::HttpServer(Answer answer)
    : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::array<int, 2> fds{};
  if (bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_.get(), 8) != 0 || pipe2(fds.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no server on 127.0.0.1");
  }
  stopped_ = UniqueFd(fds[0]);
  stop_ = UniqueFd(fds[1]);
  thread_ = std::thread([this] { Run(); });
}

HttpServer::~HttpServer() {
  stop_.Reset();
  thread_.join();
}

void HttpServer::Run() {
  std::array<pollfd, 2> waiting = {{{stopped_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}}};
  while (poll(waiting.data(), waiting.size(), -1) > 0 && waiting[0].revents == 0) {
    const UniqueFd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const std::string request = ReadHeaders(client.get());
    if (request.empty()) continue;
    const size_t at = request.find(kRange);
    const size_t value = at == std::string::npos ? request.size() : at + kRange.size();
    {
      const std::lock_guard lock(mutex_);
      ranges_.push_back(request.substr(value, request.find("\r\n", value) - value));
    }
    const std::string answer = answer_(request);
    send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  }
}

std::string HttpServer::Url(std::string_view user) const {
  return "http://" + std::string(user) + "127.0.0.1:" + std::to_string(ntohs(AddressOf(listener_.get()).sin_port)) +
         "/file";
}

std::vector<std::string> HttpServer::ranges() const {
  const std::lock_guard lock(mutex_);
  return ranges_;
}

std::string HttpResponse(std::string_view status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\nConnection: close\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace hallmark::testing
