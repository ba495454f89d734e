// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hallmark {

/// A host as a client names it, in one of the few spellings that are accepted. Only the case of letters is normalised:
/// a spelling that two parsers could read differently is refused, never repaired.
struct Host {
  enum class Kind { kName, kIpv4, kIpv6 };
  Kind kind = Kind::kName;
  std::string text;                   ///< lower case; an IPv6 address without brackets, as inet_ntop(3) writes it
  std::array<uint8_t, 16> address{};  ///< network order; 4 bytes of an IPv4 address, then zeros; a name has none

  bool operator==(const Host&) const = default;
};

/// Reads a name or an address. kUsage, with a reason that repeats nothing of `text`, on:
/// - NUL, control characters, blanks, percent signs, what is not ASCII, and all but letters, digits, '-' and '_';
/// - empty labels, a dot at the end, a hyphen at the end of a label, labels over 63 and names over 253 characters;
/// - an IPv4 address in any spelling but four decimal numbers without leading zeros: whatever ends in a number, as the
///   URL Standard's host parser has it, is an address or nothing;
/// - an IPv6 address that holds an IPv4 address (::1.2.3.4, ::ffff:1.2.3.4), or that has a zone. Brackets may stand
///   around an IPv6 address.
Result<Host> ParseHost(std::string_view text);

/// Where a client wants to go: "example.com:443", "[2001:db8::1]:80".
struct Authority {
  Host host;
  uint16_t port = 0;
};
/// HOST:PORT split into its two parts. The host may be in brackets and is not parsed yet.
struct WrittenAuthority {
  std::string_view host;
  uint16_t port = 0;
};
/// kUsage if `text` is not HOST:PORT. The result points into `text`.
Result<WrittenAuthority> SplitAuthority(std::string_view text);

/// Reads HOST:PORT. The port is decimal, 1 to 65535, without leading zeros; an IPv6 address stands in brackets.
Result<Authority> ParseAuthority(std::string_view text);

/// Reads a port in decimal, 1 to 65535, without leading zeros. kUsage on anything else.
Result<uint16_t> ParsePort(std::string_view text);

}  // namespace hallmark
