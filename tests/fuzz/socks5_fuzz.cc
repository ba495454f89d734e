// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "guestd/sandbox-helper/socks5.h"

namespace {

using namespace hallmark;
using namespace hallmark::sandbox;

void Require(bool holds) {
  if (!holds) std::abort();
}

/// A message is the same whatever follows it, and no shorter prefix of it is one.
template <typename Parse>
void CheckPrefixes(ByteSpan bytes, size_t size, const Parse& parse) {
  Require(size > 0 && size <= bytes.size());
  const auto alone = parse(bytes.first(size));
  Require(alone.ok() && *alone && (*alone)->size == size);
  const auto shorter = parse(bytes.first(size - 1));
  Require(shorter.ok() && !*shorter);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteSpan bytes(data, size);
  const auto greeting = ParseSocksGreeting(bytes);
  if (greeting.ok() && *greeting) {
    CheckPrefixes(bytes, (*greeting)->size, ParseSocksGreeting);
    bytes = bytes.subspan((*greeting)->size);
  }
  const auto request = ParseSocksRequest(bytes);
  if (!request.ok() || !*request) return 0;
  if ((*request)->refusal == SocksReply::kAddressTypeNotSupported) return 0;
  CheckPrefixes(bytes, (*request)->size, ParseSocksRequest);
  if ((*request)->refusal != SocksReply::kSucceeded) return 0;
  Require((*request)->target.port != 0);
  const auto host = ParseHost((*request)->target.host.text);
  Require(host.ok() && *host == (*request)->target.host);
  return 0;
}
