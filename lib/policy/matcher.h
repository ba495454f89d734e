// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/policy/settings.h"

namespace hallmark {

/// May a connection be made, and by which rule.
struct Decision {
  enum class Verdict {
    kAllowed,   ///< an entry of allowedDomains covers host and port, and none of deniedDomains
    kDenied,    ///< an entry of deniedDomains covers host and port
    kPort,      ///< an entry of allowedDomains covers the host, and none this port
    kNoRule,    ///< no entry covers the host
    kBadHost,   ///< no spelling that ParseHost() takes, or port 0
    kAddress,   ///< an address that is not public: no entry opens it
    kNoPolicy,  ///< there are no settings
  };
  Verdict verdict = Verdict::kNoPolicy;
  std::string list;    ///< "allowedDomains" or "deniedDomains", if a rule decided
  DomainRule rule;     ///< the rule that decided: the first one of its list
  std::string reason;  ///< one line, for logs and people; holds nothing of what the client sent

  [[nodiscard]] bool allowed() const { return verdict == Verdict::kAllowed; }
};
/// "allowed", "denied", "port", "no-rule", "bad-host", "address", "no-policy".
std::string_view VerdictName(Decision::Verdict verdict);

/// Decides by the network rules of settings. Deny goes before allow, and what no rule allows is denied; so is an
/// address that is not public, whatever allows it. What a name leads to is for who looks it up: RefusedIpv4(),
/// RefusedIpv6(). Immutable: threads may share it.
class Matcher {
 public:
  /// Without settings: allows nothing.
  Matcher() = default;
  explicit Matcher(const Settings& settings);

  /// `host` as the client wrote it, brackets of an IPv6 address or not.
  [[nodiscard]] Decision Decide(std::string_view host, uint16_t port) const;
  [[nodiscard]] Decision Decide(const Host& host, uint16_t port) const;

 private:
  /// Rules by what they name, so that a lookup costs as much as the host has labels.
  struct Index {
    explicit Index(const std::vector<DomainRule>& rules);
    Index() = default;
    /// Those that cover the host, by their place in the list.
    [[nodiscard]] std::vector<size_t> Find(const Host& host) const;

    std::map<std::string, std::vector<size_t>, std::less<>> hosts;
    std::map<std::string, std::vector<size_t>, std::less<>> parents;  // of subdomains
    std::vector<size_t> everything;
  };

  bool has_settings_ = false;
  std::vector<DomainRule> allowed_;
  std::vector<DomainRule> denied_;
  Index allowed_index_;
  Index denied_index_;
};

}  // namespace hallmark
