// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/rule.h"

namespace hallmark {
namespace {

/// Cuts ":PORT" off the end of `text`. A colon inside brackets does not count, nor does one of several colons: then
/// ParseHost() reports an address without brackets.
Result<std::optional<uint16_t>> TakePort(std::string_view& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) return std::optional<uint16_t>();
  const std::string_view host = text.substr(0, colon);
  if (host.find(':') != std::string_view::npos && !host.ends_with(']')) {
    return UsageError("an IPv6 address stands in brackets: [2001:db8::1]:443");
  }
  ASSIGN_OR_RETURN(const uint16_t port, ParsePort(text.substr(colon + 1)).WithContext("what follows the colon"));
  text = host;
  return std::optional(port);
}

}  // namespace

Result<DomainRule> ParseDomainRule(std::string_view text) {
  DomainRule rule{.text = std::string(text)};
  if (text.find("://") != std::string_view::npos) return UsageError("a URL: give the host alone");
  if (text.find('/') != std::string_view::npos) return UsageError("a path or a range: give the host alone");
  ASSIGN_OR_RETURN(rule.port, TakePort(text));
  if (text == "*") {
    rule.kind = RuleKind::kEverything;
    return rule;
  }
  if (text.starts_with("*.")) {
    rule.kind = RuleKind::kSubdomains;
    text.remove_prefix(2);
  }
  if (text.find('*') != std::string_view::npos) return UsageError("a '*' stands in a leading \"*.\" only");
  ASSIGN_OR_RETURN(rule.host, ParseHost(text).WithContext("the name"));
  const bool one_label = rule.host.kind == Host::Kind::kName && rule.host.text.find('.') == std::string::npos;
  if (rule.kind == RuleKind::kSubdomains) {
    if (rule.host.kind != Host::Kind::kName) return UsageError("an address has no subdomains");
    if (one_label) return UsageError("too broad: at least two labels follow \"*.\"");
  } else if (one_label && rule.host.text != "localhost") {
    return UsageError("one label alone: give the whole name");
  }
  return rule;
}

}  // namespace hallmark
