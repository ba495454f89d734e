// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>

#include "guestd/sandbox-helper/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hallmark;
  using namespace hallmark::sandbox;
  for (const DnsType type : {DnsType::kA, DnsType::kAaaa}) {
    const DnsQuestion question = {.id = 0x1234, .name = "a.example.com", .type = type};
    const auto reply = DecodeDnsReply({data, size}, question);
    if (!reply.ok()) continue;
    for (const IpAddress& address : reply->addresses) {
      if (address.is_v6 != (type == DnsType::kAaaa)) std::abort();
    }
  }
  return 0;
}
