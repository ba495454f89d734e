// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/policy/host.h"

namespace hallmark {

/// What an entry of a domain list covers.
enum class RuleKind {
  kHost,        ///< "example.com", "192.0.2.1", "[2001:db8::1]": this host alone
  kSubdomains,  ///< "*.example.com": the names below it, but not the name itself
  kEverything,  ///< "*", in deniedDomains only
};

/// One entry of allowedDomains or deniedDomains.
struct DomainRule {
  std::string text;  ///< as the file has it
  RuleKind kind = RuleKind::kHost;
  Host host;                     ///< of kSubdomains: what follows "*."; of kEverything: empty
  std::optional<uint16_t> port;  ///< absent: see Allows() and Denies()
  uint32_t line = 0;             ///< in the file, from 1
  uint32_t column = 0;           ///< characters, from 1

  /// True if an entry of allowedDomains covers this port. An entry without a port covers 80 and 443.
  [[nodiscard]] bool Allows(uint16_t asked) const { return port ? *port == asked : asked == 80 || asked == 443; }
  /// True if an entry of deniedDomains covers this port. An entry without a port covers all.
  [[nodiscard]] bool Denies(uint16_t asked) const { return !port || *port == asked; }
};

/// Reads an entry, with an optional ":PORT" at its end. kUsage on what ParseHost() refuses, on a '*' anywhere but in a
/// leading "*.", on fewer than two labels or an address after "*.", and on a single label other than "localhost".
Result<DomainRule> ParseDomainRule(std::string_view text);

}  // namespace hallmark
