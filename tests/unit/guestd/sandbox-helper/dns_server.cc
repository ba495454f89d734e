// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/guestd/sandbox-helper/dns_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace hallmark::sandbox {
namespace {

UniqueFd Bind(int type, uint16_t& port) {
  UniqueFd fd(socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return {};
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

std::string ReadExactly(int fd, size_t size) {
  std::string bytes(size, '\0');
  for (size_t at = 0; at < size;) {
    const ssize_t length = read(fd, bytes.data() + at, size - at);
    if (length <= 0) return {};
    at += static_cast<size_t>(length);
  }
  return bytes;
}

std::string Number(size_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

}  // namespace

DnsServer::DnsServer(Script script) : script_(std::move(script)) {
  // A port that is free for UDP may be taken for TCP: then another.
  for (int i = 0; i < 100 && !listener_.valid(); ++i) {
    port_ = 0;
    datagrams_ = Bind(SOCK_DGRAM, port_);
    listener_ = Bind(SOCK_STREAM, port_);
  }
  if (!listener_.valid()) throw std::runtime_error("no free port");
  if (script_.listens) listen(listener_.get(), 8);  // one that is bound only refuses connections
  std::array<int, 2> fds{};
  if (pipe(fds.data()) != 0) throw std::runtime_error("pipe");
  stopped_ = UniqueFd(fds[0]);
  stop_ = UniqueFd(fds[1]);
  thread_ = std::thread([this] { Run(); });
}

DnsServer::~DnsServer() {
  stop_.Reset();
  thread_.join();
}

void DnsServer::Run() {
  std::array<pollfd, 3> waiting = {{{stopped_.get(), POLLIN, 0},
                                    {datagrams_.get(), POLLIN, 0},
                                    {script_.listens ? listener_.get() : -1, POLLIN, 0}}};
  while (poll(waiting.data(), waiting.size(), -1) > 0 && waiting[0].revents == 0) {
    if ((waiting[1].revents & POLLIN) != 0) AnswerDatagram();
    if ((waiting[2].revents & POLLIN) != 0) AnswerStream();
  }
}

void DnsServer::AnswerDatagram() const {
  std::array<char, 512> buffer;
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const ssize_t length =
      recvfrom(datagrams_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (length < 0) return;
  const std::string query(buffer.data(), static_cast<size_t>(length));
  for (const auto* script : {&script_.stray, &script_.datagram}) {
    const std::string answer = *script ? (*script)(query) : "";
    if (answer.empty()) continue;
    sendto(datagrams_.get(), answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
  }
}

void DnsServer::AnswerStream() const {
  const UniqueFd client(accept(listener_.get(), nullptr, nullptr));
  const std::string length = ReadExactly(client.get(), 2);
  if (length.empty()) return;
  const std::string query =
      ReadExactly(client.get(), static_cast<uint8_t>(length[0]) << 8 | static_cast<uint8_t>(length[1]));
  const std::string answer = script_.stream(query);
  for (size_t at = 0; at < answer.size();) {
    const ssize_t sent = send(client.get(), answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
    if (sent < 0) return;
    at += static_cast<size_t>(sent);
  }
}

std::string DnsAnswer(const std::string& query, uint16_t flags, int records) {
  constexpr size_t kHeader = 12;
  const size_t question_end = query.find('\0', kHeader) + 5;
  if (query.substr(question_end - 4, 2) != Number(1)) records = 0;
  std::string answer = query.substr(0, 2) + Number(0x8180 | flags) + Number(1) + Number(static_cast<size_t>(records)) +
                       std::string(4, '\0') + query.substr(kHeader, question_end - kHeader);
  for (int i = 0; i < records; ++i) {
    answer += std::string("\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x08\x08", 14) + Number(static_cast<size_t>(i));
  }
  return answer;
}

std::string WithLength(const std::string& message) { return Number(message.size()) + message; }

}  // namespace hallmark::sandbox
