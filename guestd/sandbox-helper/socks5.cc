// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/socks5.h"

#include <algorithm>

#include "guestd/sandbox-helper/address.h"

namespace hallmark::sandbox {
namespace {

constexpr uint8_t kVersion = 5;
constexpr uint8_t kNoAuthentication = 0;
constexpr uint8_t kNoAcceptableMethod = 0xff;
constexpr uint8_t kConnect = 1;
constexpr uint8_t kIpv4 = 1;
constexpr uint8_t kName = 3;
constexpr uint8_t kIpv6 = 4;
constexpr size_t kAddressAt = 4;  // after version, command, reserved and address type
constexpr size_t kPortSize = 2;

std::string HostText(uint8_t type, ByteSpan bytes) {
  if (type == kName) return std::string(AsText(bytes.subspan(1)));
  IpAddress address{.is_v6 = type == kIpv6};
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return ToString(address);
}

/// Bytes up to the end of the address, or 0 if the protocol does not have this type of address.
size_t AddressEnd(ByteSpan bytes) {
  switch (bytes[3]) {
    case kIpv4:
      return kAddressAt + 4;
    case kIpv6:
      return kAddressAt + 16;
    case kName:
      return kAddressAt + 1 + bytes[kAddressAt];
    default:
      return 0;
  }
}

}  // namespace

Result<std::optional<SocksGreeting>> ParseSocksGreeting(ByteSpan bytes) {
  if (!bytes.empty() && bytes[0] != kVersion) return CorruptError("not SOCKS version 5");
  if (bytes.size() < 2) return std::optional<SocksGreeting>();
  const size_t count = bytes[1];
  if (count == 0) return CorruptError("no method of authentication");
  if (bytes.size() < 2 + count) return std::optional<SocksGreeting>();
  const ByteSpan methods = bytes.subspan(2, count);
  const bool anonymous = std::find(methods.begin(), methods.end(), kNoAuthentication) != methods.end();
  return std::optional(SocksGreeting{.size = 2 + count, .anonymous = anonymous});
}

Result<std::optional<SocksRequest>> ParseSocksRequest(ByteSpan bytes) {
  if (!bytes.empty() && bytes[0] != kVersion) return CorruptError("not SOCKS version 5");
  if (bytes.size() <= kAddressAt) return std::optional<SocksRequest>();
  if (bytes[2] != 0) return CorruptError("the reserved byte is not 0");
  const size_t end = AddressEnd(bytes);
  if (end == 0) {
    return std::optional(SocksRequest{.size = bytes.size(), .refusal = SocksReply::kAddressTypeNotSupported});
  }
  if (bytes.size() < end + kPortSize) return std::optional<SocksRequest>();
  SocksRequest request{.size = end + kPortSize};
  if (bytes[1] != kConnect) {
    request.refusal = SocksReply::kCommandNotSupported;
    return std::optional(std::move(request));
  }
  auto host = ParseHost(HostText(bytes[3], bytes.subspan(kAddressAt, end - kAddressAt)));
  if (!host.ok()) return CorruptError("bad host: " + host.error().message);
  request.target.host = std::move(host).value();
  request.target.port = static_cast<uint16_t>(bytes[end] << 8 | bytes[end + 1]);
  if (request.target.port == 0) return CorruptError("port 0");
  return std::optional(std::move(request));
}

std::string SocksMethodReply(bool anonymous) {
  return {static_cast<char>(kVersion), static_cast<char>(anonymous ? kNoAuthentication : kNoAcceptableMethod)};
}

std::string SocksRequestReply(SocksReply reply) {
  return {static_cast<char>(kVersion), static_cast<char>(reply), 0, static_cast<char>(kIpv4), 0, 0, 0, 0, 0, 0};
}

}  // namespace hallmark::sandbox
