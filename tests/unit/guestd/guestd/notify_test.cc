// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/notify.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "lib/base/file.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using ::hallmark::testing::TempDir;

/// Sets $NOTIFY_SOCKET as long as it lives.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& name) { setenv("NOTIFY_SOCKET", name.c_str(), 1); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { unsetenv("NOTIFY_SOCKET"); }
};

/// A service manager's socket; "@..." is an abstract one.
UniqueFd Bind(const std::string& name) {
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  return fd;
}

std::string Receive(const UniqueFd& fd) {
  std::array<char, 256> buffer;
  const ssize_t length = recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  return length < 0 ? "" : std::string(buffer.data(), static_cast<size_t>(length));
}

TEST(Notify, DoesNothingWithoutASocket) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_OK(NotifyServiceManager("READY=1"));
  const NotifySocket empty("");
  EXPECT_OK(NotifyServiceManager("READY=1"));
}

TEST(Notify, SendsItsStateAsOneDatagram) {
  const TempDir directory;
  for (const std::string& name : {(directory / "socket").string(), "@hallmark-test-" + RandomSuffix()}) {
    const UniqueFd manager = Bind(name);
    const NotifySocket set(name);
    EXPECT_OK(NotifyServiceManager("READY=1\nSTATUS=healthy"));
    EXPECT_EQ(Receive(manager), "READY=1\nSTATUS=healthy") << name;
  }
}

TEST(Notify, TellsThatNobodyListens) {
  const TempDir directory;
  const NotifySocket set((directory / "none").string());
  EXPECT_THAT(NotifyServiceManager("READY=1"), HasError(ErrorKind::kNotFound, "none"));
  const NotifySocket too_long("/" + std::string(200, 'x'));
  EXPECT_THAT(NotifyServiceManager("READY=1"), HasError(ErrorKind::kUsage, "too long"));
}

}  // namespace
}  // namespace hallmark::guest
