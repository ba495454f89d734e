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

/// Opens /dev/null for each standard stream that is closed. Otherwise the next file that is opened would take its
/// number, and our messages would be written into that file.
void OpenStandardStreams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
  }
}

}  // namespace

void PrintError(std::string_view program, const Error& error) {
  std::string text = std::string(program) + ": " + error.message + "\n";
  if (!error.hint.empty()) text += "  " + error.hint + "\n";
  text = PrintableLines(text);  // messages quote names from files: nothing in them may control a terminal
  std::fputs(text.c_str(), stderr);
}

int RunMain(std::string_view program, int argc, char** argv,
            const std::function<Result<int>(std::vector<std::string>)>& body) {
  Error error;
  try {
    OpenStandardStreams();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a write past the limit on file sizes fails with EFBIG instead
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
