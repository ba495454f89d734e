// SPDX-License-Identifier: Apache-2.0
// What is read as a message is written as one that is read as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "guestd/protocol/message.h"

namespace {

template <typename Message>
void CheckRoundTrip(hallmark::Result<Message> (*parse)(std::string_view), std::string_view body) {
  const auto message = parse(body);
  if (!message.ok()) return;
  const std::string text = hallmark::guest::EncodeMessage(*message);
  const auto again = parse(text);
  if (!again.ok() || hallmark::guest::EncodeMessage(*again) != text) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  CheckRoundTrip(hallmark::guest::ParseHostMessage, body);
  CheckRoundTrip(hallmark::guest::ParseGuestMessage, body);
  return 0;
}
