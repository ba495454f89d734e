// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/matcher.h"

#include <algorithm>
#include <array>

#include "lib/policy/address.h"

namespace hallmark {
namespace {

constexpr std::string_view kAllowed = "allowedDomains";
constexpr std::string_view kDenied = "deniedDomains";

std::string Named(std::string_view list, const DomainRule& rule) {
  return std::string(list) + " entry \"" + rule.text + "\" (line " + std::to_string(rule.line) + ")";
}

Decision ByRule(Decision::Verdict verdict, std::string_view list, const DomainRule& rule, const std::string& reason) {
  return {verdict, std::string(list), rule, reason + Named(list, rule)};
}

/// Why nobody may connect to a host that is an address; empty for a name.
std::string_view RefusedHost(const Host& host) {
  if (host.kind == Host::Kind::kName) return {};
  if (host.kind == Host::Kind::kIpv6) return RefusedIpv6(host.address);
  return RefusedIpv4({host.address[0], host.address[1], host.address[2], host.address[3]});
}

}  // namespace

std::string_view VerdictName(Decision::Verdict verdict) {
  static constexpr std::array<std::string_view, 7> kNames = {"allowed",  "denied",  "port",     "no-rule",
                                                             "bad-host", "address", "no-policy"};
  return kNames[static_cast<size_t>(verdict)];
}

Matcher::Index::Index(const std::vector<DomainRule>& rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const DomainRule& rule = rules[i];
    if (rule.kind == RuleKind::kEverything) {
      everything.push_back(i);
    } else {
      (rule.kind == RuleKind::kHost ? hosts : parents)[rule.host.text].push_back(i);
    }
  }
}

std::vector<size_t> Matcher::Index::Find(const Host& host) const {
  std::vector<size_t> found = everything;
  const auto add = [&](const auto& map, std::string_view key) {
    if (const auto entry = map.find(key); entry != map.end()) {
      found.insert(found.end(), entry->second.begin(), entry->second.end());
    }
  };
  // An address and a name never share a text: ParseHost() reads a host that ends in a number only as an address.
  add(hosts, host.text);
  if (host.kind == Host::Kind::kName) {
    const std::string_view text = host.text;
    for (size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
      add(parents, text.substr(dot + 1));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Matcher::Matcher(const Settings& settings)
    : has_settings_(true),
      allowed_(settings.network.allowed_domains),
      denied_(settings.network.denied_domains),
      allowed_index_(allowed_),
      denied_index_(denied_) {}

Decision Matcher::Decide(std::string_view host, uint16_t port) const {
  if (!has_settings_) return {.reason = "there is no policy: nothing is allowed"};
  const Result<Host> parsed = ParseHost(host);
  if (!parsed.ok()) return {.verdict = Decision::Verdict::kBadHost, .reason = "the host " + parsed.error().message};
  return Decide(*parsed, port);
}

Decision Matcher::Decide(const Host& host, uint16_t port) const {
  if (!has_settings_) return {.reason = "there is no policy: nothing is allowed"};
  if (port == 0) return {.verdict = Decision::Verdict::kBadHost, .reason = "there is no port 0"};
  for (const size_t i : denied_index_.Find(host)) {
    if (denied_[i].Denies(port)) return ByRule(Decision::Verdict::kDenied, kDenied, denied_[i], "denied by ");
  }
  const std::vector<size_t> covering = allowed_index_.Find(host);
  for (const size_t i : covering) {
    if (!allowed_[i].Allows(port)) continue;
    const std::string_view refused = RefusedHost(host);
    if (refused.empty()) return ByRule(Decision::Verdict::kAllowed, kAllowed, allowed_[i], "allowed by ");
    return ByRule(Decision::Verdict::kAddress, kAllowed, allowed_[i],
                  "not a public address: " + std::string(refused) + "; not opened by ");
  }
  if (covering.empty())
    return {.verdict = Decision::Verdict::kNoRule, .reason = "no entry of allowedDomains covers it"};
  const DomainRule& first = allowed_[covering.front()];
  const std::string ports = first.port ? "port " + std::to_string(*first.port) : "ports 80 and 443";
  return ByRule(Decision::Verdict::kPort, kAllowed, first, "only " + ports + " by ");
}

}  // namespace hallmark
