// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/policy/host.h"

// SOCKS version 5, RFC 1928: the CONNECT command, without authentication.

namespace hallmark::sandbox {

/// RFC 1928, section 6.
enum class SocksReply : uint8_t {
  kSucceeded = 0,
  kGeneralFailure = 1,
  kNotAllowed = 2,
  kHostUnreachable = 4,
  kConnectionRefused = 5,
  kTimeToLiveExpired = 6,
  kCommandNotSupported = 7,
  kAddressTypeNotSupported = 8,
};

/// What a client says first: the methods of authentication that it has.
struct SocksGreeting {
  size_t size = 0;         ///< bytes of it
  bool anonymous = false;  ///< no authentication is among the methods
};

struct SocksRequest {
  size_t size = 0;  ///< bytes of it
  Authority target;
  /// kSucceeded if `target` is one; otherwise what the client is to be told.
  SocksReply refusal = SocksReply::kSucceeded;
};

// Both read one message at the front of `bytes`. Empty: more bytes are needed. kCorrupt: no such message.
Result<std::optional<SocksGreeting>> ParseSocksGreeting(ByteSpan bytes);
/// A name that ParseHost() does not take is kCorrupt: a resolver might end it at a NUL, or read a number as an address.
Result<std::optional<SocksRequest>> ParseSocksRequest(ByteSpan bytes);

/// The answer to a greeting: the method "no authentication", or that none is acceptable.
std::string SocksMethodReply(bool anonymous);
/// The answer to a request. The address that it was connected from is nobody's business: zeros.
std::string SocksRequestReply(SocksReply reply);

}  // namespace hallmark::sandbox
