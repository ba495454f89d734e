// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lib/policy/address.h"
#include "lib/policy/matcher.h"

// The matcher against another one, slow and obvious, on rules and names from a small alphabet, so that they often meet.
namespace {

using hallmark::Decision;
using hallmark::DomainRule;
using hallmark::RuleKind;

class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint8_t Byte() { return at_ < size_ ? data_[at_++] : uint8_t{0}; }
  [[nodiscard]] bool empty() const { return at_ >= size_; }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

uint16_t PickPort(Input& input) {
  static constexpr uint16_t kPorts[] = {443, 80, 22, 8443, 0, 65535};
  return kPorts[input.Byte() % std::size(kPorts)];
}

/// Mostly names of few labels; now and then an address, or what must be refused.
std::string PickHost(Input& input) {
  static constexpr std::string_view kLabels[] = {"a", "b", "com", "A", "Com", "x-y", "ab", "xn--a"};
  static constexpr std::string_view kOthers[] = {"1.2.3.4", "1.2.3.04", "127.1", "::1",    "[::1]",     "0x7f.1",
                                                 "a.com.",  "a..com",   "",      "a%.com", "[2001::a]", "2001:0::A"};
  const uint8_t kind = input.Byte();
  if (kind >= 224) return std::string(kOthers[input.Byte() % std::size(kOthers)]);
  if (kind >= 208) {
    std::string raw;
    for (size_t n = input.Byte() % 8; n > 0; --n) raw.push_back(static_cast<char>(input.Byte()));
    return raw + ".a.com";
  }
  std::string host;
  for (size_t n = kind % 5 + 1; n > 0; --n) {
    if (!host.empty()) host += ".";
    host += kLabels[input.Byte() % std::size(kLabels)];
  }
  return host;
}

std::string PickRule(Input& input) {
  const uint8_t kind = input.Byte();
  std::string rule = kind % 16 == 0 ? "*" : kind % 3 == 0 ? "*." + PickHost(input) : PickHost(input);
  if (kind % 5 == 0) rule += ":" + std::to_string(PickPort(input));
  return rule;
}

std::vector<std::string> Labels(const std::string& text) {
  std::vector<std::string> labels(1);
  for (const char c : text) {
    if (c == '.') {
      labels.emplace_back();
    } else {
      labels.back().push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
  }
  return labels;
}

/// A name of the plainest kind: what the reference matcher knows to judge.
bool IsPlainName(const std::string& text) {
  if (text.empty() || text.size() > 253) return false;
  for (const std::string& label : Labels(text)) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos) return false;
  }
  const std::string last = Labels(text).back();
  const bool hexadecimal = last.starts_with("0x") && last.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
  return last.find_first_not_of("0123456789") != std::string::npos && !hexadecimal;
}

bool Covers(const std::string& rule, const std::string& host, uint16_t port, bool denies) {
  const size_t colon = rule.rfind(':');
  const std::string pattern = rule.substr(0, colon);
  if (colon != std::string::npos) {
    if (rule.substr(colon + 1) != std::to_string(port)) return false;
  } else if (!denies && port != 80 && port != 443) {
    return false;
  }
  if (pattern == "*") return true;
  const std::vector<std::string> asked = Labels(host);
  if (!pattern.starts_with("*.")) return Labels(pattern) == asked;
  const std::vector<std::string> parent = Labels(pattern.substr(2));
  return asked.size() > parent.size() && std::equal(parent.rbegin(), parent.rend(), asked.rbegin());
}

bool AnyCovers(const std::vector<std::string>& rules, const std::string& host, uint16_t port, bool denies) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const std::string& rule) { return Covers(rule, host, port, denies); });
}

void PickRules(Input& input, bool denies, std::vector<DomainRule>& parsed, std::vector<std::string>& texts) {
  for (size_t n = input.Byte() % 6; n > 0; --n) {
    const std::string text = PickRule(input);
    hallmark::Result<DomainRule> rule = hallmark::ParseDomainRule(text);
    if (!rule.ok() || (rule->kind == RuleKind::kEverything && !denies)) continue;
    // Addresses have spellings that the reference matcher does not know; they never cover a name.
    const bool name = rule->kind == RuleKind::kEverything || rule->host.kind == hallmark::Host::Kind::kName;
    if (name) texts.push_back(text);
    parsed.push_back(std::move(rule).value());
  }
}

bool IsRefused(const hallmark::Host& host) {
  std::array<uint8_t, 4> four{};
  std::copy_n(host.address.begin(), four.size(), four.begin());
  return !(host.kind == hallmark::Host::Kind::kIpv4 ? hallmark::RefusedIpv4(four) : hallmark::RefusedIpv6(host.address))
              .empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  hallmark::Settings settings;
  std::vector<std::string> allowed;
  std::vector<std::string> denied;
  PickRules(input, false, settings.network.allowed_domains, allowed);
  PickRules(input, true, settings.network.denied_domains, denied);
  const hallmark::Matcher matcher(settings);
  do {
    const std::string host = PickHost(input);
    const uint16_t port = PickPort(input);
    const Decision decision = matcher.Decide(host, port);
    const hallmark::Result<hallmark::Host> parsed = hallmark::ParseHost(host);
    const bool name = parsed.ok() && parsed->kind == hallmark::Host::Kind::kName;
    if (name != IsPlainName(host)) std::abort();
    if (!parsed.ok() && decision.allowed()) std::abort();
    // An address is allowed by an entry that names it alone.
    if (decision.allowed() && !name && decision.rule.host.address != parsed->address) std::abort();
    if (decision.allowed() && !name && IsRefused(*parsed)) std::abort();
    if (!name) continue;
    const bool expected = port != 0 && !AnyCovers(denied, host, port, true) && AnyCovers(allowed, host, port, false);
    if (decision.allowed() != expected) std::abort();
  } while (!input.empty());
  return 0;
}
