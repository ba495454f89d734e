// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/policy/host.h"

// Requests that a client of an HTTP proxy sends, by RFC 9110 and 9112. Where these allow a recipient to be lenient, we
// are strict.

namespace hallmark::sandbox {

/// A request with a longer head, in bytes, is refused.
constexpr size_t kMaxHttpHead = 32 << 10;

/// "host:port", with brackets around an IPv6 address, as in a Host field and in messages.
std::string ToString(const Authority& authority);

/// Where a request's body ends.
struct BodyFraming {
  bool chunked = false;
  uint64_t length = 0;  ///< bytes; unused if chunked
};

struct HttpRequest {
  bool connect = false;  ///< the client wants a tunnel: the proxy does not read what follows
  Authority target;
  std::string forwarded;  ///< the head to send to the origin server; empty for a tunnel
  BodyFraming body;
};

/// The size in bytes of the head at the front of `bytes`, with its empty line; 0 if that line has not arrived.
size_t HttpHeadSize(std::string_view bytes);

/// Parses a whole head, of the size that HttpHeadSize() gives. kCorrupt for anything that two parsers could read
/// differently: NUL and other control characters, line ends other than CRLF, folded lines, blanks around names, a Host
/// that occurs twice or does not match the request target, a body with two lengths. kUnsupported for a well-formed
/// request that is not for a proxy.
///
/// `forwarded` has the target in origin form, a Host made from the target, and no field that concerns one connection
/// only (RFC 9110, section 7.6.1). It has "Connection: close": one connection carries one request, so a second request
/// can't go where only the first was allowed.
Result<HttpRequest> ParseHttpRequest(std::string_view head);

/// Finds the end of a body while it arrives.
class BodyScanner {
 public:
  explicit BodyScanner(BodyFraming framing);

  /// How many of the next bytes, `bytes`, belong to the body. kCorrupt for a chunk that does not follow RFC 9112,
  /// section 7.1, or that has an extension or a trailer field: no client needs them.
  Result<size_t> Scan(std::string_view bytes);
  [[nodiscard]] bool done() const { return state_ == State::kDone; }

 private:
  enum class State {
    kLength,         // remaining_ counts down
    kSize,           // in the digits of a chunk's size
    kSizeEnd,        // before the LF after them
    kData,           // remaining_ counts down, then the chunk's CRLF follows
    kDataReturn,     // before the CR after a chunk
    kDataEnd,        // before the LF after a chunk
    kTrailerReturn,  // before the CR of the empty line that ends the body
    kTrailerEnd,     // before its LF
    kDone,
  };
  Result<void> Step(char c);
  Result<void> StepInSize(char c);

  State state_;
  uint64_t remaining_ = 0;
  int digits_ = 0;  // of the chunk's size so far
};

/// A whole response, after which the connection ends: "HTTP/1.1 403 Forbidden" and a line of plain text.
std::string HttpReply(int status, std::string_view reason, std::string_view text);

}  // namespace hallmark::sandbox
