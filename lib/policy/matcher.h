// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/policy/settings.h"

namespace hallmark {

/// Whether a connection is allowed, and by which rule.
struct Decision {
  enum class Verdict {
    kAllowed,   ///< an entry of allowedDomains covers host and port, and no entry of deniedDomains does
    kDenied,    ///< an entry of deniedDomains covers host and port
    kPort,      ///< an entry of allowedDomains covers the host, but no entry covers this port
    kNoRule,    ///< no entry covers the host
    kBadHost,   ///< ParseHost() refuses the spelling, or the port is 0
    kAddress,   ///< an address that is not public: no entry can allow it
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

/// Decides by the network rules of settings. Deny goes before allow; a host that no rule allows is denied; an address
/// that is not public is denied even if a rule allows it. Whoever looks up a name must check its addresses with
/// RefusedIpv4() and RefusedIpv6(). Immutable: threads may share it.
class Matcher {
 public:
  /// Without settings: allows nothing.
  Matcher() = default;
  explicit Matcher(const Settings& settings);

  /// `host` as the client wrote it; an IPv6 address with or without brackets.
  [[nodiscard]] Decision Decide(std::string_view host, uint16_t port) const;
  /// The same for a host that ParseHost() has read.
  [[nodiscard]] Decision Decide(const Host& host, uint16_t port) const;

 private:
  /// Rules, indexed by the host that they name: a lookup takes one step per label of the host.
  struct Index {
    explicit Index(const std::vector<DomainRule>& rules);
    Index() = default;
    /// The rules that cover the host, as indexes into the list.
    [[nodiscard]] std::vector<size_t> Find(const Host& host) const;

    std::map<std::string, std::vector<size_t>, std::less<>> hosts;
    std::map<std::string, std::vector<size_t>, std::less<>> parents;  // rules "*.NAME", by NAME
    std::vector<size_t> everything;
  };

  bool has_settings_ = false;
  std::vector<DomainRule> allowed_;
  std::vector<DomainRule> denied_;
  Index allowed_index_;
  Index denied_index_;
};

}  // namespace hallmark
