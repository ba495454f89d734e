// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "lib/base/run_main.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

void PrintHelp() {
  std::puts("Usage: hallmark VERB [OPTION...]\n\nBuilds, seals and verifies guest images.\n\nVerbs:");
  for (const Verb& verb : Verbs()) {
    std::printf("  %-14.*s %.*s\n", static_cast<int>(verb.name.size()), verb.name.data(),
                static_cast<int>(verb.summary.size()), verb.summary.data());
  }
  std::puts("\n'hallmark VERB --help' tells a verb's options; so does its man page, hallmark-VERB(1).");
}

/// Becomes hallmark-heavy, which is beside this program in a build and in libexec/hallmark/ of the same prefix where it
/// is installed.
Error RunHeavy(const Arguments& arguments) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path directory = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return IoError("/proc/self/exe: " + error.message());
  std::vector<char*> argv = {const_cast<char*>("hallmark-heavy")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const fs::path installed = directory.parent_path() / "libexec/hallmark/hallmark-heavy";
  for (const fs::path& program : {directory / "hallmark-heavy", installed}) {
    execv(program.c_str(), argv.data());
    if (errno != ENOENT) return IoError(program.string() + ": " + std::strerror(errno));
  }
  return NotFoundError(installed.string() + ": it has the verb '" + arguments[0] + "', and is missing")
      .WithHint("install Hallmark whole: 'make install' puts both programs in place");
}

Result<int> Dispatch(const Arguments& arguments) {
  if (arguments.empty()) return UsageError("no verb given").WithHint("'hallmark --help' lists them");
  const std::string& name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    PrintHelp();
    return 0;
  }
  if (name == "--version") {
    std::puts("hallmark " HALLMARK_VERSION);
    return 0;
  }
  const auto verbs = Verbs();
  const auto verb = std::find_if(verbs.begin(), verbs.end(), [&](const Verb& v) { return v.name == name; });
  if (verb == verbs.end()) return UsageError("no verb '" + name + "'").WithHint("'hallmark --help' lists them");
  if (verb->run == nullptr) return RunHeavy(arguments);
  return verb->run({arguments.begin() + 1, arguments.end()});
}

}  // namespace
}  // namespace hallmark

int main(int argc, char** argv) { return hallmark::RunMain("hallmark", argc, argv, hallmark::Dispatch); }
