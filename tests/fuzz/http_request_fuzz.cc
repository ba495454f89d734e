// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "guestd/sandbox-helper/http_request.h"
#include "lib/base/bytes.h"

namespace {

using namespace hallmark;
using namespace hallmark::sandbox;

void Require(bool holds) {
  if (!holds) std::abort();
}

/// What is forwarded has to be read by the next parser as what it was allowed as: one head, one Host, that target.
void CheckForwarded(const HttpRequest& request) {
  const std::string& head = request.forwarded;
  Require(HttpHeadSize(head) == head.size());
  Require(head.find('\0') == std::string::npos);
  size_t hosts = 0;
  for (size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
    hosts += Lowercase(head.substr(at + 2, 5)) == "host:" ? 1 : 0;
  }
  Require(hosts == 1);
  for (size_t at = 0; at < head.size(); ++at) {
    if (head[at] == '\n') Require(at > 0 && head[at - 1] == '\r');
    if (head[at] == '\r') Require(at + 1 < head.size() && head[at + 1] == '\n');
  }
  // As a request to a proxy once more: the same target.
  const size_t space = head.find(' ');
  const std::string again = head.substr(0, space + 1) + "http://" + ToString(request.target) + head.substr(space + 1);
  const auto parsed = ParseHttpRequest(again);
  if (!parsed.ok()) {  // two fields more may be too many
    Require(parsed.error().message.starts_with("too many") || again.size() > kMaxHttpHead);
    return;
  }
  Require(parsed->target.host == request.target.host && parsed->target.port == request.target.port);
  Require(parsed->body.chunked == request.body.chunked && parsed->body.length == request.body.length);
}

/// A body ends at the same byte however its bytes are cut.
void CheckBody(const BodyFraming& framing, std::string_view bytes) {
  BodyScanner whole(framing);
  const auto taken = whole.Scan(bytes);
  BodyScanner pieces(framing);
  size_t total = 0;
  for (size_t at = 0; at < bytes.size() && !pieces.done(); ++at) {
    const auto step = pieces.Scan(bytes.substr(at, 1));
    if (!step.ok()) {
      Require(!taken.ok());
      return;
    }
    total += *step;
  }
  Require(taken.ok() && *taken == total && whole.done() == pieces.done());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = AsText({data, size});
  CheckBody({.chunked = true}, bytes);
  const size_t head = HttpHeadSize(bytes);
  const auto request = ParseHttpRequest(bytes.substr(0, head > 0 ? head : bytes.size()));
  if (!request.ok()) return 0;
  Require(request->target.port != 0 && ParseHost(request->target.host.text).ok());
  Require(request->connect == request->forwarded.empty());
  if (!request->connect) CheckForwarded(*request);
  CheckBody(request->body, bytes.substr(head));
  return 0;
}
