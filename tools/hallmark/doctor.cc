// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/doctor.h"

#include <algorithm>

#include "lib/json/json_value.h"
#include "lib/rootfs/packages/cache.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

const char* StateName(Need::State state) {
  switch (state) {
    case Need::State::kPresent:
      return "ok";
    case Need::State::kMissing:
      return "missing";
    case Need::State::kUnwise:
      return "low";
  }
  return "";
}

void PrintJson(const std::vector<Need>& needs, cli::Output& output) {
  JsonValue json = JsonValue::Array();
  for (const Need& need : needs) {
    json.Append(JsonValue::Object(
        {{"name", need.name}, {"state", StateName(need.state)}, {"detail", need.detail}, {"remedy", need.remedy}}));
  }
  output.PutJson(json);
}

void PrintTable(const std::vector<Need>& needs, cli::Output& output) {
  for (const Need& need : needs) {
    output.Print("%-8s %-32s %s\n", StateName(need.state), need.name.c_str(), need.detail.c_str());
    if (!need.remedy.empty()) output.Print("         to mend it: %s\n", need.remedy.c_str());
  }
}

}  // namespace

Result<int> RunDoctor(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark doctor", "[OPTION...]",
                       "Report what this machine lacks for building images, and how to fix it.");
  options.AddText("arch", "ARCH", "Architecture of the images to build", "arm64");
  cli::AddJsonOption(options);
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;

  const std::vector<Need> needs = ExamineMachine(parsed->Text("arch"), CacheDirectory());
  if (parsed->Has("json")) {
    PrintJson(needs, output);
  } else {
    PrintTable(needs, output);
  }
  const bool ready =
      std::none_of(needs.begin(), needs.end(), [](const Need& need) { return need.state == Need::State::kMissing; });
  return ready ? 0 : 1;
}

}  // namespace hallmark
