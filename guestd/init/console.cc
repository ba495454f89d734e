// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/console.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLogPrefix = "<6>";  // LOG_KERN | LOG_INFO

/// Ignores errors: a console that does not take the line must not stop the boot.
void WriteLine(int fd, const std::string& line) {
  if (fd >= 0) [[maybe_unused]]
    const ssize_t written = write(fd, line.data(), line.size());
}

}  // namespace

void Console::Open() {
  log_ = UniqueFd(open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY));
  console_ = UniqueFd(open("/dev/console", O_WRONLY | O_CLOEXEC | O_NOCTTY));
}

void Console::OpenPort() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/sys/class/virtio-ports", ignored)) {
    const auto name = ReadSmallFile(entry.path() / "name", 4096);
    if (!name.ok() || *name != std::string(kPortName) + "\n") continue;
    // Non-blocking: a host that does not read must not stop the boot.
    const fs::path node = fs::path("/dev") / entry.path().filename();
    port_ = UniqueFd(open(node.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  }
  for (const std::string& line : unsent_) WriteLine(port_.get(), line);
  unsent_.clear();
}

void Console::WriteToPort(std::string_view line) {
  if (port_.valid()) {
    WriteLine(port_.get(), std::string(line));
  } else {
    unsent_.emplace_back(line);
  }
}

void Console::Say(std::string_view line) {
  const std::string text = "hallmark-init: " + std::string(line) + "\n";
  WriteLine(log_.get(), std::string(kLogPrefix) + text);
  WriteToPort(text);
}

void Console::Fail(const Error& error) {
  const std::string text = "hallmark-init: failed: " + error.message + "\n";
  // Before /dev is mounted, only the console descriptor that the kernel opened exists.
  const int console = console_.valid() ? console_.get() : STDERR_FILENO;
  WriteLine(console, "\r\n" + text);
  tcdrain(console);
  WriteToPort(text);
}

}  // namespace hallmark::guest
