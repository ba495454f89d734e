// SPDX-License-Identifier: Apache-2.0
// Runs one command of a session in bubblewrap: see sandbox-helper(8).
#include "guestd/sandbox-helper/enter.h"
#include "guestd/sandbox-helper/options.h"
#include "guestd/sandbox-helper/sandbox.h"
#include "lib/base/run_main.h"

namespace hallmark::sandbox {
namespace {

Result<int> RunOutside(const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::optional<Options> options, ParseOptions(arguments));
  return options ? RunSandbox(*options) : 0;
}

Result<int> Run(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments[0] == kEnterRole) return Enter(arguments);
  Result<int> status = RunOutside(arguments);
  if (status.ok()) return status;
  PrintError("sandbox-helper", status.error());
  return kOwnFailure;  // other statuses are the command's
}

}  // namespace
}  // namespace hallmark::sandbox

int main(int argc, char** argv) { return hallmark::RunMain("sandbox-helper", argc, argv, hallmark::sandbox::Run); }
