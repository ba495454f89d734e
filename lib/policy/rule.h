// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/policy/host.h"

namespace hallmark {

/// What an entry of a domain list stands for.
enum class RuleKind {
  kHost,        ///< "example.com", "192.0.2.1", "[2001:db8::1]": this host alone
  kSubdomains,  ///< "*.example.com": what is below it, and not itself
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

  /// Does an entry of allowedDomains cover this port? Without one of its own, 80 and 443.
  [[nodiscard]] bool Allows(uint16_t asked) const { return port ? *port == asked : asked == 80 || asked == 443; }
  /// Does an entry of deniedDomains cover this port? Without one of its own, all.
  [[nodiscard]] bool Denies(uint16_t asked) const { return !port || *port == asked; }
};

/// Reads an entry, with an optional ":PORT" behind it. kUsage on what ParseHost() refuses, on a '*' anywhere but in a
/// leading "*.", on fewer than two labels behind that, on an address there, and on one label alone that is not
/// "localhost".
Result<DomainRule> ParseDomainRule(std::string_view text);

}  // namespace hallmark
