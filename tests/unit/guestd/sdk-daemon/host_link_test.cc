// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/host_link.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include "guestd/protocol/frame.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::TempDir;
using ::testing::HasSubstr;

/// A link, and a host that listens at a Unix socket.
class HostLinkTest : public ::testing::Test {
 protected:
  HostLinkTest() {
    methods_.Add("ping", [](const JsonValue&, const Reply& reply) { reply(JsonValue::Object({{"pong", 1}})); });
    options_.address = UnixAddress{directory_ / "host"};
    options_.hello = [] { return GuestHello{.image = "an image"}; };
    options_.on_ready = [this] { ++ready_; };
  }

  void Listen() {
    listener_ = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = directory_ / "host";
    std::memcpy(address.sun_path, path.c_str(), path.size());
    ASSERT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener_.get(), 4), 0);
  }

  void Accept() {
    ASSERT_TRUE(Wait(listener_.get()));
    host_ = UniqueFd(accept(listener_.get(), nullptr, nullptr));
    decoder_ = {};
  }

  /// Runs the loop until a descriptor can be read.
  bool Wait(int fd) {
    for (int i = 0; i < 500; ++i) {
      loop_.Poll();
      pollfd ready = {fd, POLLIN, 0};
      if (poll(&ready, 1, 10) > 0) return true;
    }
    return false;
  }

  /// The next frame that the host gets; "" at the end of the stream.
  std::string Receive() {
    while (true) {
      const auto frame = decoder_.Next();
      EXPECT_OK(frame);
      if (frame.ok() && *frame) return **frame;
      if (!Wait(host_.get())) return "nothing came";
      std::array<uint8_t, 4096> buffer;
      const ssize_t length = read(host_.get(), buffer.data(), buffer.size());
      if (length <= 0) return "";
      decoder_.Feed(ByteSpan(buffer).first(static_cast<size_t>(length)));
    }
  }

  void Send(const std::string& body) {
    const std::string frame = EncodeFrame(body).value();
    ASSERT_EQ(write(host_.get(), frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
  }
  void SendHello() { Send(EncodeMessage(HostMessage(HostHello{}))); }

  TempDir directory_;
  EventLoop loop_;
  MethodTable methods_;
  HostLink::Options options_;
  UniqueFd listener_;
  UniqueFd host_;
  FrameDecoder decoder_;
  int ready_ = 0;
};

TEST_F(HostLinkTest, GreetsAndServes) {
  Listen();
  HostLink link(loop_, methods_, options_);
  link.Start();
  Accept();
  EXPECT_THAT(Receive(), HasSubstr(R"("image":"an image")"));
  EXPECT_FALSE(link.Ready());
  SendHello();
  Send(R"({"type":"request","id":7,"method":"ping"})");
  EXPECT_EQ(Receive(), R"({"type":"response","id":7,"result":{"pong":1}})");
  EXPECT_TRUE(link.Ready());
  EXPECT_EQ(ready_, 1);
  link.SendEvent("quiet", JsonValue::Object());
  EXPECT_EQ(Receive(), R"({"type":"event","event":"quiet","data":{}})");
  link.Finish();
  EXPECT_EQ(Receive(), "");
  EXPECT_FALSE(link.Ready());
}

TEST_F(HostLinkTest, WantsAHelloFirst) {
  Listen();
  HostLink link(loop_, methods_, options_);
  link.Start();
  Accept();
  (void)Receive();
  Send(R"({"type":"request","id":7,"method":"ping"})");
  EXPECT_THAT(Receive(), HasSubstr("a hello must come before the first request"));
  link.Finish();
}

TEST_F(HostLinkTest, DialsUntilTheHostIsThereAndWhenItComesBack) {
  HostLink link(loop_, methods_, options_);
  link.Start();
  Listen();
  Accept();
  (void)Receive();
  SendHello();
  host_.Reset();
  Accept();
  EXPECT_THAT(Receive(), HasSubstr(R"("type":"hello")"));
  link.Finish();
}

TEST_F(HostLinkTest, TellsWhyItDropsAHost) {
  Listen();
  HostLink link(loop_, methods_, options_);
  link.Start();
  for (const std::string& wrong : {std::string(R"({"type":"other"})"), std::string("[")}) {
    Accept();
    (void)Receive();
    Send(wrong);
    EXPECT_THAT(Receive(), HasSubstr(R"("event":"error")"));
    EXPECT_EQ(Receive(), "");
  }
  Accept();
  (void)Receive();
  ASSERT_EQ(write(host_.get(), "\xff\xff\xff\xff", 4), 4);
  EXPECT_THAT(Receive(), HasSubstr("a frame of 4294967295 bytes"));
  link.Finish();
}

TEST_F(HostLinkTest, DropsEventsWhileNoHostIsThere) {
  HostLink link(loop_, methods_, options_);
  link.SendEvent("lost", JsonValue::Object());
  link.SendOutput(1, "stdout", 0, {});
  link.Finish();
  link.Start();  // closed for good
  loop_.Run();
}

}  // namespace
}  // namespace hallmark::guest
