// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/host.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "lib/base/bytes.h"

namespace hallmark {
namespace {

// RFC 1035, section 2.3.4; the length of a name without its last dot.
constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxName = 253;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLowerHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }

/// What is wrong with single characters of the text, before it is split; null if nothing.
const char* BadCharacter(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte == 0) return "a NUL";
    if (byte < 0x20 || byte == 0x7F) return "a control character";
    if (byte >= 0x80) return "a character that is not ASCII: international names are written xn--...";
    if (c == ' ') return "a blank";
    if (c == '%') return "a percent sign";
  }
  return nullptr;
}

/// True for a label that some parsers read as a number: decimal digits, or 0x and hexadecimal digits.
bool IsNumber(std::string_view label) {
  if (label.starts_with("0x")) return std::all_of(label.begin() + 2, label.end(), IsLowerHexDigit);
  return std::all_of(label.begin(), label.end(), IsDigit);
}

/// Four decimal numbers up to 255 without leading zeros.
std::optional<std::array<uint8_t, 16>> ReadIpv4(const std::vector<std::string_view>& labels) {
  if (labels.size() != 4) return std::nullopt;
  std::array<uint8_t, 16> address{};
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::string_view label = labels[i];
    if (label.size() > 1 && label[0] == '0') return std::nullopt;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), address[i]);
    if (error != std::errc() || end != label.data() + label.size()) return std::nullopt;
  }
  return address;
}

Result<Host> ReadIpv6(const std::string& text) {
  Host host{.kind = Host::Kind::kIpv6};
  if (::inet_pton(AF_INET6, text.c_str(), host.address.data()) != 1) return UsageError("is not an IPv6 address");
  // RFC 4291, section 2.5.5: ::a.b.c.d, ::ffff:a.b.c.d and ::ffff:0:a.b.c.d (RFC 2765) name IPv4 hosts. The only other
  // addresses below 2^32 are :: and ::1.
  const bool low = IsZero(ByteSpan(host.address).first(8));
  const bool loopback = IsZero(ByteSpan(host.address).first(15)) && host.address[15] <= 1;
  if (low && !loopback) return UsageError("is an IPv4 address written as IPv6, or an address that no host has");
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  ::inet_ntop(AF_INET6, host.address.data(), canonical.data(), canonical.size());
  host.text = canonical.data();
  return host;
}

/// Splits a name into its labels. The text is in lower case and has no bad character.
Result<std::vector<std::string_view>> SplitLabels(std::string_view text) {
  if (text.size() > kMaxName) return UsageError("is longer than 253 characters");
  if (text.ends_with('.')) return UsageError("ends in a dot");
  std::vector<std::string_view> labels;
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (label.empty()) return UsageError("has an empty label");
    if (label.size() > kMaxLabel) return UsageError("has a label longer than 63 characters");
    if (label.starts_with('-') || label.ends_with('-')) return UsageError("has a label that ends in a hyphen");
    const bool plain = std::all_of(label.begin(), label.end(),
                                   [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; });
    if (!plain) return UsageError("holds other characters than letters, digits, '-', '_' and '.'");
    labels.push_back(label);
    if (dot == std::string_view::npos) return labels;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<Host> ParseHost(std::string_view text) {
  if (text.empty()) return UsageError("is empty");
  if (const char* what = BadCharacter(text)) return UsageError(std::string("holds ") + what);
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  if (bracketed || text.find(':') != std::string_view::npos) return ReadIpv6(std::string(text));
  Host host{.kind = Host::Kind::kName, .text = Lowercase(text)};
  ASSIGN_OR_RETURN(const std::vector<std::string_view> labels, SplitLabels(host.text));
  if (!IsNumber(labels.back())) return host;
  const std::optional<std::array<uint8_t, 16>> address = ReadIpv4(labels);
  if (!address) return UsageError("ends in a number and is not an IPv4 address of four decimal numbers");
  host.kind = Host::Kind::kIpv4;
  host.address = *address;
  return host;
}

Result<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || text[0] == '0') {
    return UsageError("is not a port from 1 to 65535");
  }
  return port;
}

Result<WrittenAuthority> SplitAuthority(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']')) return UsageError("no port: it is HOST:PORT");
  const std::string_view name = text.substr(0, colon);
  if (text.find("://") != std::string_view::npos) return UsageError("a URL: give its host and port alone");
  if (name.find(':') != std::string_view::npos && !(name.starts_with('[') && name.ends_with(']'))) {
    return UsageError("an IPv6 address stands in brackets: [2001:db8::1]:443");
  }
  if (name.empty()) return UsageError("host: is empty");
  ASSIGN_OR_RETURN(const uint16_t port, ParsePort(text.substr(colon + 1)).WithContext("port"));
  return WrittenAuthority{name, port};
}

Result<Authority> ParseAuthority(std::string_view text) {
  ASSIGN_OR_RETURN(const WrittenAuthority written, SplitAuthority(text));
  Authority authority{.port = written.port};
  ASSIGN_OR_RETURN(authority.host, ParseHost(written.host).WithContext("host"));
  return authority;
}

}  // namespace hallmark
