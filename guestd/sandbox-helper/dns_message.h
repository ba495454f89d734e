// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guestd/sandbox-helper/address.h"
#include "lib/base/bytes.h"
#include "lib/base/result.h"

// Messages of the Domain Name System, RFC 1035: as much as asking for addresses takes.

namespace hallmark::sandbox {

/// RFC 1035, section 3.2.2, and RFC 3596.
enum class DnsType : uint16_t { kA = 1, kAaaa = 28 };

/// Bytes of a datagram that we are ready to take, and say so (RFC 6891; the size that DNS flag day 2020 chose).
constexpr size_t kMaxDnsReply = 1232;

struct DnsQuestion {
  uint16_t id = 0;
  std::string name;  ///< lower case, labels of 1 to 63 bytes
  DnsType type = DnsType::kA;
};

/// The message that asks a server for recursion, and says what datagrams we take.
ByteVector EncodeDnsQuery(const DnsQuestion& question);

struct DnsReply {
  std::vector<IpAddress> addresses;  ///< through CNAME records; at most 32; none if the answer says that there are none
  bool truncated = false;            ///< the answer did not fit: `addresses` are those in the records that did
};

/// kCorrupt on what does not answer the question or does not follow the format: somebody else's message, to be passed
/// over. kIo if the server says that it failed or refuses.
Result<DnsReply> DecodeDnsReply(ByteSpan message, const DnsQuestion& question);

}  // namespace hallmark::sandbox
