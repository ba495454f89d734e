// SPDX-License-Identifier: Apache-2.0
// hallmark-heavy: the verbs for which libarchive, libcurl and what those need must be loaded, which takes longer than
// most of the other verbs take to run. `hallmark` runs it with its own arguments.
#include <algorithm>
#include <array>

#include "lib/base/run_main.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunBuild(const Arguments& arguments);
Result<int> RunDiff(const Arguments& arguments);
Result<int> RunDoctor(const Arguments& arguments);
Result<int> RunExport(const Arguments& arguments);
Result<int> RunFetch(const Arguments& arguments);
Result<int> RunImport(const Arguments& arguments);
Result<int> RunInspect(const Arguments& arguments);
Result<int> RunKernelConfig(const Arguments& arguments);
Result<int> RunLock(const Arguments& arguments);
Result<int> RunRepair(const Arguments& arguments);

namespace {

struct HeavyVerb {
  std::string_view name;
  Result<int> (*run)(const Arguments& arguments);
};

constexpr auto kVerbs = std::to_array<HeavyVerb>({
    {"build", RunBuild},
    {"diff", RunDiff},
    {"doctor", RunDoctor},
    {"export", RunExport},
    {"fetch", RunFetch},
    {"import", RunImport},
    {"inspect", RunInspect},
    {"kernel-config", RunKernelConfig},
    {"lock", RunLock},
    {"repair", RunRepair},
});

Result<int> Dispatch(const Arguments& arguments) {
  const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                 [&](const HeavyVerb& v) { return !arguments.empty() && v.name == arguments[0]; });
  if (verb == kVerbs.end()) return UsageError("a part of hallmark").WithHint("run hallmark itself: 'hallmark --help'");
  return verb->run({arguments.begin() + 1, arguments.end()});
}

}  // namespace
}  // namespace hallmark

int main(int argc, char** argv) { return hallmark::RunMain("hallmark", argc, argv, hallmark::Dispatch); }
