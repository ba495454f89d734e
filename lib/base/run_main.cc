// SPDX-License-Identifier: Apache-2.0
#include "lib/base/run_main.h"

#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "lib/base/printable.h"

namespace hallmark {

namespace {

/// A file that took the place of a standard stream that was closed would have our messages written into it.
void OpenStandardStreams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace

void PrintError(std::string_view program, const Error& error) {
  std::string text = std::string(program) + ": " + error.message + "\n";
  if (!error.hint.empty()) text += "  " + error.hint + "\n";
  text = PrintableLines(text);  // messages name what files hold: nothing in them may steer a terminal
  std::fputs(text.c_str(), stderr);
}

int RunMain(std::string_view program, int argc, char** argv,
            const std::function<Result<int>(std::vector<std::string>)>& body) {
  Error error;
  try {
    OpenStandardStreams();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // the write that goes too far says so
    Result<int> status = body({argv + 1, argv + argc});
    if (std::fflush(stdout) != 0 && status.ok()) status = IoError("writing standard output");
    if (status.ok()) return *status;
    error = std::move(status).error();
  } catch (const std::bad_alloc&) {
    error = IoError("out of memory");
  } catch (const std::exception& exception) {
    error = InternalError(std::string("unexpected: ") + exception.what());
  }
  PrintError(program, error);
  return ExitStatus(error);
}

}  // namespace hallmark
