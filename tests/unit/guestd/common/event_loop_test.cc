// SPDX-License-Identifier: Apache-2.0
#include "guestd/common/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>

namespace hallmark {
namespace {

using std::chrono::milliseconds;

struct Pair {
  Pair() {
    std::array<int, 2> fds{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()), 0);
    ours = UniqueFd(fds[0]);
    theirs = UniqueFd(fds[1]);
  }
  UniqueFd ours;
  UniqueFd theirs;
};

TEST(EventLoop, RunsUntilNothingIsWaitedFor) {
  EventLoop loop;
  std::string order;
  Timer timer(loop);
  timer.Start(milliseconds(1), [&] { order += "timer "; });
  loop.Post([&] { order += "posted "; });
  loop.Run();
  EXPECT_EQ(order, "posted timer ");
}

TEST(Timer, CountsFromItsLastStart) {
  EventLoop loop;
  Timer timer(loop);
  std::string order;
  timer.Start(milliseconds(1), [&] { order += "first "; });
  timer.Start(milliseconds(2), [&] { order += "second "; });
  loop.Run();
  EXPECT_EQ(order, "second ");
  EXPECT_FALSE(timer.Cancel());
}

TEST(Timer, CallsNothingAfterCancel) {
  EventLoop loop;
  bool called = false;
  Timer timer(loop);
  timer.Start(milliseconds(0), [&] { called = true; });
  EXPECT_TRUE(timer.Cancel());
  EXPECT_FALSE(timer.Cancel());
  loop.Run();
  EXPECT_FALSE(called);
}

TEST(Timer, CallsNothingOnceItIsGone) {
  EventLoop loop;
  bool called = false;
  {
    Timer timer(loop);
    timer.Start(milliseconds(0), [&] { called = true; });
  }
  loop.Run();
  EXPECT_FALSE(called);
}

TEST(Timer, MayStartItselfAgain) {
  EventLoop loop;
  Timer timer(loop);
  int left = 3;
  std::function<void()> again = [&] {
    if (--left > 0) timer.Start(milliseconds(0), again);
  };
  timer.Start(milliseconds(0), again);
  loop.Run();
  EXPECT_EQ(left, 0);
}

TEST(Watched, TellsWhatCanBeReadAndWritten) {
  EventLoop loop;
  Pair pair;
  Watched watched(loop, std::move(pair.ours));
  std::string order;
  watched.Await(Watched::Event::kWritable, [&] { order += "writable "; });
  loop.Run();
  watched.Await(Watched::Event::kReadable, [&] { order += "readable "; });
  loop.Poll();
  EXPECT_EQ(order, "writable ");
  ASSERT_EQ(write(pair.theirs.get(), "x", 1), 1);
  loop.Poll();
  EXPECT_EQ(order, "writable readable ");
  watched.Await(Watched::Event::kReadable, [&] {
    std::array<char, 2> buffer{};
    EXPECT_EQ(read(watched.fd(), buffer.data(), 2), 1);
    watched.Await(Watched::Event::kReadable, [&] { order += "end "; });
  });
  pair.theirs.Reset();
  loop.Poll();
  loop.Poll();
  EXPECT_EQ(order, "writable readable end ");
}

TEST(Watched, CallsNothingAfterClose) {
  EventLoop loop;
  Pair pair;
  bool called = false;
  Watched watched(loop, std::move(pair.ours));
  ASSERT_EQ(write(pair.theirs.get(), "x", 1), 1);
  watched.Await(Watched::Event::kReadable, [&] { called = true; });
  watched.Await(Watched::Event::kWritable, [&] {
    watched.Close();
    watched.Close();
  });
  watched.Close();
  EXPECT_FALSE(watched.open());
  EXPECT_EQ(watched.fd(), -1);
  loop.Run();
  EXPECT_FALSE(called);
}

TEST(SignalWatch, TakesTheFirstSignal) {
  EventLoop loop;
  SignalWatch signals(loop, {SIGUSR1, SIGUSR2});
  std::optional<int> received;
  signals.Await([&](int number) { received = number; });
  raise(SIGUSR2);
  loop.Run();
  EXPECT_EQ(received, SIGUSR2);
}

}  // namespace
}  // namespace hallmark
