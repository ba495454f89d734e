// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

// Messages of the Domain Name System, RFC 1035: as much as asking for addresses takes.

namespace hallmark::sandbox {

/// RFC 1035, section 3.2.2, and RFC 3596.
enum class DnsType : uint16_t { kA = 1, kAaaa = 28 };

/// Bytes of an answer that we are ready to take, and say so (RFC 6891; the size that DNS flag day 2020 chose).
constexpr size_t kMaxDnsReply = 1232;

struct DnsQuestion {
  uint16_t id = 0;
  std::string name;  ///< lower case, labels of 1 to 63 bytes
  DnsType type = DnsType::kA;
};

ByteVector EncodeDnsQuery(const DnsQuestion& question);

/// The addresses in an answer, through its CNAME records; empty if it says that there are none. A truncated one counts
/// for what it holds. kCorrupt on what does not answer the question or does not follow the format: somebody else's
/// message, to be passed over. kIo if the server says that it failed or refuses.
Result<std::vector<asio::ip::address>> DecodeDnsReply(ByteSpan message, const DnsQuestion& question);

}  // namespace hallmark::sandbox
