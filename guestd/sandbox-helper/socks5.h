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

/// The first message of a client: the authentication methods that it offers.
struct SocksGreeting {
  size_t size = 0;         ///< bytes of the message
  bool anonymous = false;  ///< the client offers "no authentication"
};

struct SocksRequest {
  size_t size = 0;  ///< bytes of the message
  Authority target;
  /// kSucceeded if `target` is valid; otherwise the reply that refuses the request.
  SocksReply refusal = SocksReply::kSucceeded;
};

// Both functions read one message at the front of `bytes`. Empty: more bytes are required. kCorrupt: not such a
// message.
Result<std::optional<SocksGreeting>> ParseSocksGreeting(ByteSpan bytes);
/// kCorrupt also for a name that ParseHost() refuses: a resolver might end it at a NUL, or read a number as an address.
Result<std::optional<SocksRequest>> ParseSocksRequest(ByteSpan bytes);

/// The answer to a greeting: the method "no authentication", or "none is acceptable".
std::string SocksMethodReply(bool anonymous);
/// The answer to a request. The address that we connected from is zeros: the client need not know it.
std::string SocksRequestReply(SocksReply reply);

}  // namespace hallmark::sandbox
