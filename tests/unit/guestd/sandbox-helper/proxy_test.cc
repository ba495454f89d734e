// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/proxy.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::sandbox {
namespace {

using hallmark::testing::TempDir;
using hallmark::testing::WriteFile;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::string_literals;

constexpr const char* kSettings = R"({
  "network": {"allowedDomains": ["*.example.com"], "deniedDomains": ["bad.example.com"]},
  "filesystem": {"denyRead": [], "allowWrite": [], "denyWrite": []}})";

/// A proxy with a policy and no name server, and a client of it.
class ProxyTest : public ::testing::Test {
 protected:
  ProxyTest() {
    WriteFile(directory_ / "settings.json", kSettings);
    WriteFile(directory_ / "resolv.conf", "nameserver 127.0.0.1\n");
  }

  void Serve(ProxyProtocol protocol) {
    UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address_), size), 0);
    ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address_), &size), 0);
    ASSERT_EQ(listen(listener.get(), 8), 0);
    proxy_.Serve(std::move(listener), protocol);
  }

  UniqueFd Connect() {
    UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(client.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_), 0);
    return client;
  }

  /// All that the client gets, until there are `size` bytes or the proxy has closed.
  std::string Receive(int client, size_t size = std::string::npos) {
    std::string received;
    for (int i = 0; i < 500 && received.size() < size; ++i) {
      loop_.Poll();
      pollfd ready = {client, POLLIN, 0};
      if (poll(&ready, 1, 10) <= 0) continue;
      std::array<char, 4096> buffer;
      const ssize_t length = read(client, buffer.data(), buffer.size());
      if (length <= 0) return received;
      received.append(buffer.data(), static_cast<size_t>(length));
    }
    return received;
  }

  std::string Ask(const std::string& request) {
    const UniqueFd client = Connect();
    EXPECT_EQ(send(client.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
    return Receive(client.get());
  }

  TempDir directory_;
  EventLoop loop_;
  LivePolicy policy_{directory_ / "settings.json"};
  Resolver resolver_{loop_, directory_ / "resolv.conf", 1};  // nobody listens there
  Proxy proxy_{loop_, policy_, resolver_, {.connections = 2}};
  sockaddr_in address_{};
};

TEST_F(ProxyTest, RefusesWhatThePolicyDoesNotAllow) {
  Serve(ProxyProtocol::kHttp);
  EXPECT_THAT(Ask("CONNECT other.org:443 HTTP/1.1\r\nHost: other.org:443\r\n\r\n"), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Ask("CONNECT bad.example.com:443 HTTP/1.1\r\nHost: bad.example.com:443\r\n\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Ask("GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), StartsWith("HTTP/1.1 403 "));
}

TEST_F(ProxyTest, TellsThatANameCanNotBeLookedUp) {
  Serve(ProxyProtocol::kHttp);
  const std::string reply = Ask("CONNECT a.example.com:443 HTTP/1.1\r\nHost: a.example.com:443\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(reply, HasSubstr("a.example.com: no name server answered"));
}

TEST_F(ProxyTest, RefusesWhatIsNoRequest) {
  Serve(ProxyProtocol::kHttp);
  EXPECT_THAT(Ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Ask("GET http://a.example.com/ HTTP/1.1\r\nA: " + std::string(40 << 10, 'x')),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(ProxyTest, AnswersInSocks) {
  Serve(ProxyProtocol::kSocks5);
  EXPECT_EQ(Ask("\x05\x01\x00\x05\x01\x00\x03\x09other.org\x01\xbb"s), "\x05\x00\x05\x02\x00\x01\0\0\0\0\0\0"s);
  EXPECT_EQ(Ask("\x05\x01\x02"s), "\x05\xff"s);  // no acceptable method
  EXPECT_EQ(Ask("\x04\x01"s), "");
}

TEST_F(ProxyTest, ServesAsManyAsItMayAndThenTheNext) {
  Serve(ProxyProtocol::kSocks5);
  UniqueFd first = Connect();
  const UniqueFd second = Connect();
  const UniqueFd third = Connect();
  const std::string greeting = "\x05\x01\x00"s;
  for (const int client : {first.get(), second.get(), third.get()}) {
    ASSERT_EQ(send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL), 3);
  }
  EXPECT_EQ(Receive(first.get(), 2), "\x05\x00"s);
  EXPECT_EQ(Receive(second.get(), 2), "\x05\x00"s);
  for (int i = 0; i < 10; ++i) loop_.Poll();
  pollfd waits = {third.get(), POLLIN, 0};
  EXPECT_EQ(poll(&waits, 1, 50), 0);
  first.Reset();
  EXPECT_EQ(Receive(third.get(), 2), "\x05\x00"s);
}

}  // namespace
}  // namespace hallmark::sandbox
