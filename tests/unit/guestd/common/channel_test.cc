// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::testing::ElementsAre;

/// A channel, and what its peer reads of it.
struct Connection {
  Connection() {
    std::array<int, 2> fds;
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    peer = UniqueFd(fds[1]);
    Channel::Callbacks callbacks;
    callbacks.on_frame = [](const std::string&) {};
    channel = Channel::Start(loop, UniqueFd(fds[0]), std::move(callbacks));
  }

  /// Every frame up to the end of the stream.
  std::vector<std::string> Frames() const {
    FrameDecoder decoder;
    std::vector<uint8_t> buffer(64 << 10);
    std::vector<std::string> frames;
    for (ssize_t length; (length = read(peer.get(), buffer.data(), buffer.size())) > 0;) {
      decoder.Feed(ByteSpan(buffer).first(static_cast<size_t>(length)));
      while (true) {
        auto frame = decoder.Next();
        EXPECT_OK(frame);
        if (!frame.ok() || !frame->has_value()) break;
        frames.push_back(std::move(**frame));
      }
    }
    return frames;
  }

  EventLoop loop;
  UniqueFd peer;
  std::shared_ptr<Channel> channel;
};

TEST(Channel, FlushSendsWhatWasJustQueuedOnce) {
  Connection connection;
  connection.channel->Send("one");
  connection.channel->Flush();
  connection.loop.Poll();
  EXPECT_THAT(connection.Frames(), ElementsAre("one"));
}

TEST(Channel, FlushSendsWhatIsOnItsWayOnce) {
  Connection connection;
  const std::string large(3 << 20, 'x');  // more than a socket takes at once
  connection.channel->Send(large);
  connection.channel->Send("two");
  connection.loop.Poll();
  std::vector<std::string> frames;
  std::thread reader([&] { frames = connection.Frames(); });
  connection.channel->Flush();
  reader.join();
  EXPECT_THAT(frames, ElementsAre(large, "two"));
}

TEST(Channel, TellsWhenThereIsRoomAgain) {
  std::array<int, 2> fds;
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
  EventLoop loop;
  bool drained = false;
  Channel::Callbacks callbacks;
  callbacks.on_frame = [](const std::string&) {};
  callbacks.on_drained = [&] { drained = true; };
  const auto channel = Channel::Start(loop, UniqueFd(fds[0]), std::move(callbacks));
  const UniqueFd peer(fds[1]);
  channel->Send(std::string(3 << 20, 'x'));
  EXPECT_TRUE(channel->Full());
  loop.Poll();
  EXPECT_FALSE(drained);
  std::vector<uint8_t> buffer(64 << 10);
  while (!drained && read(peer.get(), buffer.data(), buffer.size()) > 0) loop.Poll();
  EXPECT_FALSE(channel->Full());
  channel->Close();
}

}  // namespace
}  // namespace hallmark::guest
