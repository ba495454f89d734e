// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/policy/host.h"

// What a client of an HTTP proxy sends: RFC 9110 and 9112, and of what they leave to a recipient's leniency, nothing.

namespace hallmark::sandbox {

/// Bytes of a request's head that are read before it is refused.
constexpr size_t kMaxHttpHead = 32 << 10;

/// "host:port", with brackets around an IPv6 address, as in a Host header and in messages.
std::string ToString(const Authority& authority);

/// Where a request's body ends.
struct BodyFraming {
  bool chunked = false;
  uint64_t length = 0;  ///< bytes; of no meaning if chunked
};

struct HttpRequest {
  bool connect = false;  ///< a tunnel: what follows is the client's business
  Authority target;
  std::string forwarded;  ///< the head that the origin server gets; empty for a tunnel
  BodyFraming body;
};

/// Bytes of the head at the front of `bytes`, its empty line included; 0 if that line has not come yet.
size_t HttpHeadSize(std::string_view bytes);

/// Parses a whole head, as HttpHeadSize() measures it. kCorrupt on anything that two parsers could read differently:
/// NUL and other control characters, line ends other than CRLF, folded lines, blanks around names, a Host that does
/// not agree with the request target or stands there twice, a body with two lengths. kUnsupported on what is
/// well-formed and no request to a proxy.
///
/// `forwarded` has the target in origin form, a Host made from the target, none of the fields that concern one
/// connection only (RFC 9110, section 7.6.1), and "Connection: close": a connection carries one request, so that no
/// second one goes where the first was allowed.
Result<HttpRequest> ParseHttpRequest(std::string_view head);

/// Finds the end of a body as its bytes come.
class BodyScanner {
 public:
  explicit BodyScanner(BodyFraming framing);

  /// How many of `bytes`, the next ones, belong to the body. kCorrupt on a chunk that does not follow RFC 9112, section
  /// 7.1, or has an extension or a trailer field, which nobody needs.
  Result<size_t> Scan(std::string_view bytes);
  [[nodiscard]] bool done() const { return state_ == State::kDone; }

 private:
  enum class State {
    kLength,         // counting down remaining_
    kSize,           // in the digits of a chunk's size
    kSizeEnd,        // before the LF after them
    kData,           // counting down remaining_, then its CRLF
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

/// A whole response that ends the connection: "HTTP/1.1 403 Forbidden" and a line of plain text.
std::string HttpReply(int status, std::string_view reason, std::string_view text);

}  // namespace hallmark::sandbox
