// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/inspect/doctor.h"

#include <algorithm>
#include <cstdio>
#include <cxxopts.hpp>
#include <nlohmann/json.hpp>

#include "lib/rootfs/packages/cache.h"
#include "tools/cli/options.h"
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

void PrintJson(const std::vector<Need>& needs) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Need& need : needs) {
    json.push_back(
        {{"name", need.name}, {"state", StateName(need.state)}, {"detail", need.detail}, {"remedy", need.remedy}});
  }
  PutJson(json);
}

void PrintTable(const std::vector<Need>& needs) {
  for (const Need& need : needs) {
    std::printf("%-8s %-32s %s\n", StateName(need.state), need.name.c_str(), need.detail.c_str());
    if (!need.remedy.empty()) std::printf("         to mend it: %s\n", need.remedy.c_str());
  }
}

}  // namespace

Result<int> RunDoctor(const Arguments& arguments) {
  cxxopts::Options options("hallmark doctor", "Tells what this machine lacks to build images, and how to mend it.");
  options.add_options()("arch", "Architecture of the images to build",
                        cxxopts::value<std::string>()->default_value("arm64"), "ARCH");
  options.add_options()("json", "Print the result as JSON");
  ASSIGN_OR_RETURN(const std::optional<cxxopts::ParseResult> parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;

  const std::vector<Need> needs = ExamineMachine((*parsed)["arch"].as<std::string>(), CacheDirectory());
  if (parsed->count("json") != 0) {
    PrintJson(needs);
  } else {
    PrintTable(needs);
  }
  const bool ready =
      std::none_of(needs.begin(), needs.end(), [](const Need& need) { return need.state == Need::State::kMissing; });
  return ready ? 0 : 1;
}

}  // namespace hallmark
