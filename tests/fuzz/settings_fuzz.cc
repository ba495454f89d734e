// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/policy/matcher.h"

// Settings that are taken decide; those that are not say where and why, in one line of printable text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hallmark::Result<hallmark::Settings> settings = hallmark::ParseSettings(text, "s");
  if (!settings.ok()) {
    const std::string& message = settings.error().message;
    if (size <= hallmark::kMaxSettingsSize &&
        (message.rfind("s:", 0) != 0 || message.find(": ") == std::string::npos)) {
      std::abort();
    }
    return 0;
  }
  const hallmark::Matcher matcher(*settings);
  for (const hallmark::DomainRule& rule : settings->network.allowed_domains) {
    if (rule.kind == hallmark::RuleKind::kEverything || rule.line == 0 || rule.column == 0) std::abort();
    // No entry covers a host that nobody would name, nor what a wildcard hangs below.
    if (rule.kind != hallmark::RuleKind::kSubdomains) continue;
    const hallmark::Decision decision = matcher.Decide(rule.host.text, 443);
    if (decision.allowed() && decision.rule.text == rule.text) std::abort();
  }
  if (matcher.Decide("no-such-host", 443).allowed()) std::abort();
  return 0;
}
