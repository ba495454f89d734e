// SPDX-License-Identifier: Apache-2.0
#include "lib/base/directory_reaper.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace hallmark {
namespace {

namespace fs = std::filesystem;

// Children of a killed process die soon after it, and may add files until then.
constexpr int kAttempts = 50;
constexpr useconds_t kPause = 100'000;  // microseconds

[[noreturn]] void RemoveAtEndOfFile(int alive, const fs::path& directory, const std::vector<fs::path>& mounts) {
  setsid();  // a signal to the terminal's process group must not end this process
  // Keeps no other descriptor of the other process open: neither its locks nor a pipe that someone reads its output
  // from.
  dup2(alive, STDIN_FILENO);
  close_range(STDOUT_FILENO, ~0U, 0);
  [[maybe_unused]] const int in_no_way = chdir("/");
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR) {
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    for (const fs::path& mount : mounts) umount2(mount.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    std::error_code error;
    fs::remove_all(directory, error);
    if (!error) _exit(0);
    usleep(kPause);
  }
  _exit(1);
}

}  // namespace

Result<DirectoryReaper> DirectoryReaper::Start(const fs::path& directory, const std::vector<fs::path>& mounts) {
  ASSIGN_OR_RETURN(Pipe pipe, MakePipe());
  const pid_t process = fork();
  if (process < 0) return ErrnoError(errno, "fork");
  if (process == 0) RemoveAtEndOfFile(pipe.read_end.get(), directory, mounts);
  return DirectoryReaper(std::move(pipe.write_end), process);
}

DirectoryReaper::~DirectoryReaper() {
  if (!alive_.valid()) return;
  alive_.Reset();
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace hallmark
