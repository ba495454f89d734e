// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "lib/base/run_main.h"
#include "tools/hallmark/verb.h"

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
  return verb->run({arguments.begin() + 1, arguments.end()});
}

}  // namespace
}  // namespace hallmark

int main(int argc, char** argv) { return hallmark::RunMain("hallmark", argc, argv, hallmark::Dispatch); }
