// SPDX-License-Identifier: Apache-2.0
#include "lib/base/run_main.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

namespace hallmark {

void PrintError(std::string_view program, const Error& error) {
  std::string text = std::string(program) + ": " + error.message + "\n";
  if (!error.hint.empty()) text += "  " + error.hint + "\n";
  std::fputs(text.c_str(), stderr);
}

int RunMain(std::string_view program, int argc, char** argv,
            const std::function<Result<int>(std::vector<std::string>)>& body) {
  Error error;
  try {
    std::signal(SIGPIPE, SIG_IGN);
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
